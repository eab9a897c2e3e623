// npm ci refuses a lock file that lacks an optional dependency of a locked package, and npm install drops the
// packages of other platforms when the registry at hand does not carry them (a partial mirror). This adds those
// entries back, with the platform read from the package's name. Run it after npm install:
//
//   npm install && node scripts/complete-lock.mjs
import { readFileSync, writeFileSync } from 'node:fs'

const OPERATING_SYSTEMS = 'aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(' ')
const PROCESSORS = 'arm arm64 ia32 loong64 mips64el ppc64 riscv64 s390x x64'.split(' ')

const libcOf = (words) =>
  words.some((word) => word.startsWith('musl'))
    ? ['musl']
    : words.some((word) => word.startsWith('gnu'))
      ? ['glibc']
      : undefined

/** The platform fields of an optional package such as `@oxc-parser/binding-linux-x64-musl`, or undefined. */
const platformOf = (name) => {
  const words = name.split(/[-/]/)
  const os = words.find((word) => OPERATING_SYSTEMS.includes(word))
  const cpu = words.find((word) => PROCESSORS.includes(word))
  if (os === undefined || cpu === undefined) return undefined
  const libc = os === 'linux' ? (libcOf(words) ?? ['glibc']) : undefined
  return { cpu: [cpu], os: [os], ...(libc && { libc }) }
}

const lockFile = process.argv[2] ?? 'package-lock.json'
const lock = JSON.parse(readFileSync(lockFile, 'utf8'))
const added = []

for (const owner of Object.values(lock.packages))
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`
    const platform = platformOf(name)
    if (lock.packages[key] !== undefined || platform === undefined) continue
    if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error(`${name}: '${version}' is a range, not a version`)
    added.push(name)
    lock.packages[key] = { version, ...(owner.dev && { dev: true }), optional: true, ...platform }
  }

const byPath = ([a], [b]) => a.localeCompare(b, 'en')
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(byPath))
writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`)
console.log(added.length === 0 ? 'nothing to add' : `added ${added.join(', ')}`)
