import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A self-signed certificate for localhost, valid until 2125; good for nothing but these tests. */
const cert = `-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUYqVKK/qfb2RuBBv9LFFAQZkR5zowCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzE4MjA1OFoYDzIxMjYxMDMw
MTgyMDU4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAS6ngYlvSN183KXVFgX+bBWWzGOKUZ1/BpokP7gV7eI0lxxRiJfdgmJ
1RTmEFGOl09w9+XPL7hH2e8uooiVBanNo1MwUTAdBgNVHQ4EFgQUupGcfwJdKSRP
3HeB1pXc9K+b9/MwHwYDVR0jBBgwFoAUupGcfwJdKSRP3HeB1pXc9K+b9/MwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBSLtG9yJv1oevJSrHH/exY
rrlgIJDhEaGO+mDoKd2ONQIhAPnFhzr2kfYMYjJs/AJviiWt5uzQW3T802LwxLG6
FEQz
-----END CERTIFICATE-----
`;

/** Its key. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1f/JepWr25sw1tBJ
mwdKyQ6g9FghK6ddvrI78dm35j2hRANCAAS6ngYlvSN183KXVFgX+bBWWzGOKUZ1
/BpokP7gV7eI0lxxRiJfdgmJ1RTmEFGOl09w9+XPL7hH2e8uooiVBanN
-----END PRIVATE KEY-----
`;

let folder: string | undefined;

/** The paths of files with the certificate and its key. */
export async function certificateFiles(): Promise<{ certFile: string; keyFile: string }> {
  folder ??= await mkdtemp(join(tmpdir(), "exws-echo-"));
  const certFile = join(folder, "cert.pem");
  const keyFile = join(folder, "key.pem");
  await writeFile(certFile, cert);
  await writeFile(keyFile, key);
  return { certFile, keyFile };
}

afterAll(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
});
