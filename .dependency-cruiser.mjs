// Who may import whom inside src (CONTRIBUTING.md has the table). Type-only imports count.
//   dsl        nothing else          runtime    dsl            inference  dsl, runtime
//   models     dsl, inference        data       dsl, runtime   testing, cli: on top
// tests/package/imports.test.ts shows each rule failing on a violation.

const folders = ['dsl', 'runtime', 'inference', 'models', 'data', 'testing', 'cli']
const allowed = {
  dsl: [],
  runtime: ['dsl'],
  inference: ['dsl', 'runtime'],
  models: ['dsl', 'inference'],
  data: ['dsl', 'runtime'],
  testing: ['dsl', 'runtime', 'inference', 'models', 'data'],
  cli: ['dsl', 'runtime', 'inference', 'models', 'data'],
}

const direction = (folder) => ({
  name: `${folder}-imports-only-${allowed[folder].join('-and-') || 'itself'}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: {
    path: `^src/(${folders.filter((other) => other !== folder && !allowed[folder].includes(other)).join('|')})/`,
  },
})

export default {
  forbidden: [
    ...folders.map(direction),
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-imports-from-a-barrel',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/(index|(models|testing|data)/index)\\.ts$' },
    },
  ],
  options: {
    includeOnly: '^src/',
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
    },
  },
}
