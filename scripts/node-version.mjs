// Says one line, and stops, when the pinned Node did not get onto PATH (no platform package for this machine).
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  console.error(
    `Corrigenda needs Node 24, this is ${process.version}: run \`npm ci\` and start it with npm or npx, or install Node 24.`,
  );
  process.exit(1);
}
