import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { nodeDisk } from "corrigenda/files";

const env = { ...process.env, JUPYTER_PATH: nodeDisk("lib/notebook/jupyter").resolve(".") };

/** Debian's nbconvert, with our kernels. */
export function nbconvert(...words: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)("jupyter", ["nbconvert", ...words], { env });
}

/** Debian's nbclient, which nbconvert runs notebooks with: executes a file as if it lay in another folder. */
export async function nbclient(file: string, folder: string, to: string): Promise<void> {
  await promisify(execFile)("/usr/bin/python3", ["-c", EXECUTE, file, folder, to], { env });
}

const EXECUTE = `
import sys, nbformat
from nbclient import NotebookClient
file, folder, to = sys.argv[1:]
notebook = nbformat.read(file, as_version=4)
for cell in notebook.cells:
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
NotebookClient(notebook, resources={"metadata": {"path": folder}}).execute()
nbformat.write(notebook, to)
`;

/** False, said aloud, where Jupyter is not installed. */
export async function hasJupyter(): Promise<boolean> {
  try {
    await nbconvert("--version");
    return true;
  } catch {
    console.warn(
      "jupyter nbconvert is not installed (Debian: jupyter-nbconvert): its outputs are not compared with ours",
    );
    return false;
  }
}
