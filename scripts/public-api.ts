// npm run check:api: reads the emitted declarations of the public entry points and lists
//   1. public symbols without a docstring,
//   2. `any` in a public signature, or in a type that a public signature mentions.
// `any` in an extends clause (`T extends (...args: any[]) => infer R`) only matches, reaches nobody, and is allowed.
// Tested in tests/package/public-api.test.ts.
import { existsSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** One finding: a public name, where it is declared in src, and what is wrong with it. */
export type Finding = { readonly name: string; readonly place: string; readonly problem: string }

type Named = { readonly name: string; readonly symbol: ts.Symbol }

const resolved = (checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol

const isWithin = (folder: string, node: ts.Node): boolean =>
  node.getSourceFile().fileName.startsWith(`${resolve(folder)}/`)

const declarationsWithin = (folder: string, symbol: ts.Symbol): readonly ts.Declaration[] =>
  (symbol.declarations ?? []).filter((declaration) => isWithin(folder, declaration))

/** The exports of a module; a re-exported namespace (`export * as tf`) counts with its members. */
const exportsOf = (checker: ts.TypeChecker, dist: string, module: ts.Symbol): readonly Named[] =>
  checker.getExportsOfModule(module).flatMap((exported): readonly Named[] => {
    const symbol = resolved(checker, exported)
    if (declarationsWithin(dist, symbol).length === 0) return []
    if (symbol.declarations?.some(ts.isSourceFile)) return exportsOf(checker, dist, symbol)
    return [{ name: exported.name, symbol }]
  })

/** The place in src of a declaration in dist; the declaration file itself when there is no source beside it. */
const placeOf = (dist: string, node: ts.Node, name: string): string => {
  const declared = node.getSourceFile().fileName
  const source = join(dist, '../src', relative(resolve(dist), declared)).replace(/\.d\.ts$/, '.ts')
  if (!existsSync(source)) return declared
  const pattern = new RegExp(
    `^export (?:declare |default |abstract |async )*(?:const|let|function|type|interface|class) ${name}\\b`,
  )
  const line = readFileSync(source, 'utf8')
    .split('\n')
    .findIndex((text) => pattern.test(text))
  return `${relative(process.cwd(), source)}:${line + 1 || 1}`
}

const isInExtendsClause = (node: ts.Node): boolean => {
  for (let child = node, parent = node.parent; parent !== undefined; child = parent, parent = parent.parent) {
    if (ts.isConditionalTypeNode(parent) && parent.extendsType === child) return true
    if (ts.isTypeParameterDeclaration(parent) && parent.constraint === child) return true
  }
  return false
}

const mentions = (node: ts.Node, visit: (node: ts.Node) => void): void => {
  visit(node)
  ts.forEachChild(node, (child) => mentions(child, visit))
}

/** Public symbols and every symbol of the package that their signatures mention. */
const reachable = (checker: ts.TypeChecker, dist: string, start: readonly Named[]): readonly Named[] => {
  const seen = new Map<ts.Symbol, Named>()
  const queue = [...start]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (seen.has(next.symbol)) continue
    seen.set(next.symbol, next)
    for (const declaration of declarationsWithin(dist, next.symbol))
      mentions(declaration, (node) => {
        const symbol = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined
        if (symbol === undefined) return
        const target = resolved(checker, symbol)
        const isTopLevel = declarationsWithin(dist, target).some((d) => isDeclaredAtTop(d))
        if (isTopLevel) queue.push({ name: target.name, symbol: target })
      })
  }
  return [...seen.values()]
}

const isDeclaredAtTop = (node: ts.Declaration): boolean => {
  const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node
  return statement.parent !== undefined && ts.isSourceFile(statement.parent)
}

const anysIn = (declaration: ts.Declaration): number => {
  let count = 0
  mentions(declaration, (node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword && !isInExtendsClause(node)) count += 1
  })
  return count
}

const isDocumented = (checker: ts.TypeChecker, symbol: ts.Symbol): boolean =>
  symbol.getDocumentationComment(checker).length > 0 || symbol.getJsDocTags(checker).length > 0

/** Everything wrong with the declarations that `entries` (files under `dist`) make public. */
export const findings = (dist: string, entries: readonly string[]): readonly Finding[] => {
  const program = ts.createProgram([...entries], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
  })
  const checker = program.getTypeChecker()
  const named = entries.flatMap((entry) => {
    const file = program.getSourceFile(entry)
    const module = file && checker.getSymbolAtLocation(file)
    if (module === undefined)
      throw new Error(`${entry}: no such declaration file, or it exports nothing (npm run build)`)
    return exportsOf(checker, dist, module)
  })
  const finding = ({ name, symbol }: Named, problem: string): Finding => ({
    name,
    place: placeOf(dist, declarationsWithin(dist, symbol)[0] as ts.Declaration, symbol.name),
    problem,
  })
  const unique = [...new Map(named.map((entry) => [entry.symbol, entry])).values()]
  return [
    ...unique
      .filter(({ symbol }) => !isDocumented(checker, symbol))
      .map((entry) => finding(entry, 'no docstring')),
    ...reachable(checker, dist, unique)
      .filter(({ symbol }) => declarationsWithin(dist, symbol).some((declaration) => anysIn(declaration) > 0))
      .map((entry) => finding(entry, 'any in its signature')),
  ]
}

const report = (): number => {
  const dist = fileURLToPath(new URL('../dist', import.meta.url))
  const entries = ['index', 'models/index', 'testing/index', 'data/index'].map((name) =>
    join(dist, `${name}.d.ts`),
  )
  const found = findings(dist, entries)
  for (const { name, place, problem } of found) console.log(`${place} ${name}: ${problem}`)
  console.log(found.length === 0 ? 'public symbols: all documented, no any' : `${found.length} findings`)
  return found.length === 0 ? 0 : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = report()
