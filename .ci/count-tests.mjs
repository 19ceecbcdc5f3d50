// Reads vitest's JSON result: prints `passed failed skipped`, and fails when a named tier ran no test at all.
import { readFileSync } from 'node:fs';

const [file, tiers = ''] = process.argv.slice(2);
const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
const named = ['contracts', 'scenarios', 'infrastructure', 'wire', 'bundle', 'package', 'emulator', 'browser'];
const ran = new Map();
const total = { passed: 0, failed: 0, skipped: 0 };
for (const { name, status, assertionResults } of testResults) {
  const folder = /\/test\/([^/]+)\//.exec(name)?.[1] ?? '';
  const tier = named.includes(folder) ? folder : 'unit';
  // A file that could not even be loaded has no tests, and counts as one that failed.
  if (assertionResults.length === 0 && status === 'failed') total.failed++;
  for (const { status: one } of assertionResults) {
    if (one === 'passed' || one === 'failed') {
      total[one]++;
      ran.set(tier, (ran.get(tier) ?? 0) + 1);
    } else total.skipped++;
  }
}
const idle = tiers.split(' ').filter((tier) => tier !== '' && !ran.has(tier));
if (idle.length > 0) {
  console.error(`no test ran in: ${idle.join(', ')}`);
  process.exit(1);
}
console.log(`${total.passed} ${total.failed} ${total.skipped}`);
