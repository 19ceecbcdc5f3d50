/** S3's limit for a whole key, and the usual limit of a file name for each part of it; both in UTF-8 bytes. */
const longestKey = 1024;
const longestSegment = 255;

const utf8 = new TextEncoder();

/**
 * Refuses keys that do not mean the same in a bucket and in a folder, or that could leave the folder.
 *
 * @throws RangeError naming the key and what is wrong with it.
 */
export function checkObjectKey(key: string): void {
  const wrong = whatIsWrong(key);
  if (wrong === undefined) return;
  const shown = key.length > 80 ? `${key.slice(0, 80)}…` : key;
  throw new RangeError(`object key ${JSON.stringify(shown)} ${wrong}; build keys with shared/settings/keys.ts`);
}

function whatIsWrong(key: string): string | undefined {
  if (key === '') return 'is empty';
  if (key.startsWith('/')) return 'begins with a slash';
  if (/[\u0000-\u001f\u007f\\]/.test(key)) return 'holds a control character or a backslash';
  if (/\p{Surrogate}/u.test(key)) return 'is not well-formed Unicode';
  if (utf8.encode(key).length > longestKey) return `is longer than ${longestKey} bytes`;
  for (const segment of key.split('/')) {
    if (segment === '') return 'has an empty part';
    if (segment === '.' || segment === '..') return `has the part '${segment}'`;
    if (utf8.encode(segment).length > longestSegment) return `has a part longer than ${longestSegment} bytes`;
  }
  return undefined;
}

/**
 * Orders keys by their UTF-8 bytes, as S3 lists them. JavaScript's own order differs above U+FFFF: by code units the
 * surrogates sort before U+E000…U+FFFF.
 */
export function compareKeys(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates last, as their code points are the highest. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
