import { defineConfig } from "vitest/config";

// Slow suites start processes (scripts, kills); `npm run test:unit` leaves them out.
const slow = ["test/smoke.test.ts", "test/trial.test.ts", "test/scripts/**/*.test.ts"];

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/**/*.test.ts"], exclude: slow, testTimeout: 20_000 } },
      { test: { name: "slow", include: slow, testTimeout: 240_000, maxWorkers: 2 } },
    ],
  },
});
