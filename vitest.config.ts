import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const src = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^giry\/(models|testing|data)$/, replacement: src('$1/index.ts') },
      { find: /^giry$/, replacement: src('index.ts') },
    ],
  },
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    typecheck: { enabled: false, include: ['tests/types/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
  },
})
