/** How the tests run: one process a file, long limits for suites that start real servers. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'test/**/*.test.ts', 'migrations/**/*.test.ts'],
    globalSetup: ['test/fixtures/packaged-chromium.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 90_000,
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['src/server/**', 'src/shared/**'],
      reporter: ['text-summary', 'json-summary'],
      reportsDirectory: 'coverage',
    },
  },
});
