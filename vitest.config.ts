import { defineConfig } from "vitest/config";

// Slow suites start processes and browsers (scripts, kills, pages in Chromium); `npm run test:unit` leaves them out.
const slow = [
  "test/{docs,smoke,trial}.test.ts",
  "test/scripts/**/*.test.ts",
  "test/report/{browser,notebook,pages}.test.ts",
  "test/{ielts,selfcorrect}/report.test.ts",
  "test/labeling/paper-page.test.ts",
];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...{ name: "unit", include: ["test/**/*.test.ts"], exclude: slow, testTimeout: 20_000, maxWorkers: "100%" },
          isolate: false, // modules hold no state, so that files may share them: half the time
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...{ name: "slow", include: slow, testTimeout: 240_000, maxWorkers: 2 },
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
