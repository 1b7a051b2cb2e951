import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";

/** Reads a certificate and its key. Rejects with an error that says which file is at fault. */
export async function loadTls(files: { cert: string; key: string }): Promise<{ cert: string; key: string }> {
  const tls = {
    cert: await read("--tls-cert", files.cert),
    key: await read("--tls-key", files.key),
  };
  try {
    createSecureContext(tls);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`--tls-cert ${files.cert} and --tls-key ${files.key} cannot be used: ${why}`);
  }
  return tls;
}

async function read(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new Error(
      `${option} ${file} cannot be read: ${code === "ENOENT" ? "there is no such file" : code}`,
    );
  }
}
