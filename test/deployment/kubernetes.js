import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../package/pack.js';

/**
 * Checks objects against the types of Kubernetes, every field of theirs: its schemas take fields that they do not
 * know, and a misspelt probe would never ask.
 *
 * @param {string} tools the folder in which kubernetes-models is installed
 * @param {readonly { apiVersion: string, kind: string }[]} documents
 * @throws with what the compiler says
 */
export function assertKnownFields(tools, documents) {
  const lines = documents.map((one, index) => {
    const type = `import('kubernetes-models/${one.apiVersion}/${one.kind}').I${one.kind}`;
    return `export const object${index}: ${type} = ${JSON.stringify(one)};`;
  });
  const file = join(tools, 'objects.ts');
  writeFileSync(file, lines.join('\n'));
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const flags = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'preserve',
  ];
  try {
    execFileSync(process.execPath, [compiler, ...flags, file], { cwd: tools, encoding: 'utf8' });
  } catch (error) {
    throw new Error(`deploy/kubernetes.yaml: ${error.stdout}`, { cause: error });
  }
}
