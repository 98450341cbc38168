// Checks a credential with programs that others wrote. Arguments: credential,
// DID document and status list, as files. Prints "verified", or what was wrong.
import { readFileSync } from 'node:fs';
import * as vc from '@digitalbazaar/vc';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import { checkStatus } from '@digitalbazaar/vc-bitstring-status-list';
import { contexts } from '@digitalbazaar/credentials-context';
import multikey from '@digitalbazaar/multikey-context';
import integrity from '@digitalbazaar/data-integrity-context';

const [credential, did, list] = process.argv.slice(2).map((f) => JSON.parse(readFileSync(f, 'utf8')));

// Nothing is fetched: contexts come from their packages, keys and list from files.
const known = new Map([...contexts, ...multikey.contexts, ...integrity.contexts]);
known.set(list.id, list);
known.set(did.id, did);
for (const m of did.verificationMethod) known.set(m.id, { '@context': multikey.constants.CONTEXT_URL, ...m });

async function documentLoader(url) {
  if (!known.has(url)) throw new Error(`not known: ${url}`);
  return { contextUrl: null, documentUrl: url, document: known.get(url) };
}

const suite = new DataIntegrityProof({ cryptosuite });
const result = await vc.verifyCredential({
  credential, suite, documentLoader,
  checkStatus: (o) => checkStatus({ ...o, verifyBitstringStatusListCredential: true, verifyMatchingIssuers: false }),
});
if (result.verified && result.statusResult.results.some((r) => r.status)) {
  console.log('revoked');
  process.exitCode = 1;
} else if (result.verified) {
  console.log('verified');
} else {
  console.log(`refused: ${result.error ? [result.error, ...(result.error.errors ?? [])].map((e) => e.message).join('; ') : 'not verified'}`);
  process.exitCode = 1;
}
