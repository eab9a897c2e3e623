/**
 * Which package and which execution provider stand behind the name of a compiling runtime.
 *
 *   onnx          Node: onnxruntime-node, else onnxruntime-web       browser: onnxruntime-web
 *   onnx-node     onnxruntime-node, cpu                              Node only
 *   onnx-web      onnxruntime-web, wasm                              Node and browsers
 *   onnx-cuda     onnxruntime-node, cuda                             Node on Linux x64
 *   onnx-webgpu   Node: onnxruntime-node, webgpu                     browser: onnxruntime-web, webgpu
 *
 * Each way has the remedies for its package being absent, broken, or without what the provider needs.
 * Source: onnxruntime-node 1.30, README.md (platforms) and script/install-utils.js (GPU libraries).
 * Tested in tests/runtime/onnx/load.test.ts.
 */
import type { OnnxName } from '../runtimes.js'

/** The npm packages that carry ONNX Runtime. */
export type OnnxPackage = 'onnxruntime-node' | 'onnxruntime-web'

/** What computes within ONNX Runtime. */
export type ExecutionProvider = 'cpu' | 'wasm' | 'cuda' | 'webgpu'

/** A runtime that compiles, and says which. */
export type ConcreteName = Exclude<OnnxName, 'onnx'>

/** One way to run a compiled step. */
export interface Way {
  readonly name: ConcreteName
  readonly package: OnnxPackage
  readonly provider: ExecutionProvider
}

/** Where the program runs. */
export type Host = 'node' | 'browser'

const node: Way = { name: 'onnx-node', package: 'onnxruntime-node', provider: 'cpu' }
const web: Way = { name: 'onnx-web', package: 'onnxruntime-web', provider: 'wasm' }
const cuda: Way = { name: 'onnx-cuda', package: 'onnxruntime-node', provider: 'cuda' }
const webgpuNode: Way = { name: 'onnx-webgpu', package: 'onnxruntime-node', provider: 'webgpu' }
const webgpuWeb: Way = { name: 'onnx-webgpu', package: 'onnxruntime-web', provider: 'webgpu' }

const ways: Readonly<Record<Host, Readonly<Record<OnnxName, readonly Way[]>>>> = {
  node: {
    onnx: [node, web],
    'onnx-node': [node],
    'onnx-web': [web],
    'onnx-cuda': [cuda],
    'onnx-webgpu': [webgpuNode],
  },
  browser: { onnx: [web], 'onnx-node': [], 'onnx-web': [web], 'onnx-cuda': [], 'onnx-webgpu': [webgpuWeb] },
}

/** The ways to run what is wanted, the best first; none where the host cannot have it. */
export const waysTo = (wanted: OnnxName, host: Host): readonly Way[] => ways[host][wanted]

// `skip`: the package's install script fetches GPU libraries, and fails the whole install where it cannot.
const install = (name: OnnxPackage): string =>
  name === 'onnxruntime-node'
    ? 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node'
    : `npm install ${name}`

/** How to get a package that is not installed. */
export const installRemedy = (way: Way): string =>
  way.provider === 'cuda'
    ? `${install(way.package)}, then ${cudaLibraries}`
    : `${install(way.package)}${way.provider === 'cpu' ? '' : ", or use { runtime: 'onnx' }"}`

/** How to mend a package that is installed and does not load. */
export const repairRemedy = (way: Way): string =>
  way.package === 'onnxruntime-node'
    ? "npm install onnxruntime-node once more (it has libraries for Linux with glibc, Windows and macOS on arm64), or use { runtime: 'onnx-web' }"
    : 'npm install onnxruntime-web once more'

// The package's own install script, called directly: npm's settings (ignore-scripts, allowScripts,
// onnxruntime-node-install=skip) do not stop it then. It asks api.nuget.org for Microsoft.ML.OnnxRuntime.Gpu.Linux.
const cudaLibraries =
  'fetch its GPU libraries with: ONNXRUNTIME_NODE_INSTALL=true node node_modules/onnxruntime-node/script/install.js ' +
  '(Linux x64; they need CUDA 12 and cuDNN 9 on the library path)'

const providerRemedies: Readonly<Record<ExecutionProvider, string>> = {
  cpu: "use { runtime: 'onnx-web' }, which needs no library",
  wasm: `${install('onnxruntime-node')}, or use { runtime: 'wasm' }`,
  cuda: `${cudaLibraries}; or use { runtime: 'onnx' }, which runs on the CPU`,
  webgpu:
    "WebGPU needs a graphics card and its driver (on Linux Vulkan; in a browser navigator.gpu); or use { runtime: 'onnx' }, which runs on the CPU",
}

// Its script looks for the file beside itself, and a bundler may have moved the script.
const wasmFiles =
  'serve ort-wasm-simd-threaded.wasm and ort-wasm-simd-threaded.mjs, which lie in node_modules/onnxruntime-web/dist, ' +
  "and name their folder before the first fit: import { env } from 'onnxruntime-web/wasm'; env.wasm.wasmPaths = '/folder/'"

/** What to do where the package loads but its provider does not start. */
export const providerRemedy = ({ provider }: Way, host: Host): string =>
  host === 'browser' && provider === 'wasm' ? wasmFiles : providerRemedies[provider]
