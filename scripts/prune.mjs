// After npm install: takes away what this machine never loads (other systems' libraries, Node's C headers), 300 MB.
import { readdirSync, rmSync } from "node:fs";

const modules = new URL("../node_modules/", import.meta.url);
const remove = (path) => rmSync(new URL(path, modules), { recursive: true, force: true });
const list = (path) => {
  try {
    return readdirSync(new URL(path, modules));
  } catch {
    return []; // not installed here
  }
};

const runtime = "onnxruntime-node/bin/napi-v6/";
for (const system of list(runtime))
  for (const cpu of list(`${runtime}${system}/`))
    if (system !== process.platform || cpu !== process.arch) remove(`${runtime}${system}/${cpu}`);
for (const name of list("")) if (/^node-(?:bin-)?(?:linux|darwin|win)-\w+$/.test(name)) remove(`${name}/include`);
