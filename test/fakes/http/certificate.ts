import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** Of the certificate, for `NODE_EXTRA_CA_CERTS` of whoever is to trust it; set before that process starts. */
  readonly file: string;
  /** Removes the file. */
  remove(): void;
}

/** A certificate for this machine, that nobody trusts unless told. Made anew each time, valid for a day. */
export async function selfSignedCertificate(host = '127.0.0.1'): Promise<Certificate> {
  const now = new Date();
  const day = 86_400_000;
  const { private: key, cert } = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    notBeforeDate: new Date(now.getTime() - day),
    notAfterDate: new Date(now.getTime() + day),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [/^[\d.]+$/.test(host) ? { type: 7, ip: host } : { type: 2, value: host }],
      },
    ],
  });
  const folder = mkdtempSync(join(tmpdir(), 'aiops-certificate-'));
  const file = join(folder, 'authority.pem');
  writeFileSync(file, cert);
  return { key, cert, file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
