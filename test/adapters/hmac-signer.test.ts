import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { EnvironmentSecrets } from '../../shared/adapters/local/environment-secrets.ts';
import { HmacSigner } from '../../shared/adapters/local/hmac-signer.ts';

const old = 'an old key of more than 32 characters';
const fresh = 'a fresh key of more than 32 characters';
const signerOf = (env: Record<string, string>) => new HmacSigner(new EnvironmentSecrets(env), { variable: 'KEY' });

describe('a signature', () => {
  it('is HMAC-SHA-256 as base64url, as RFC 2104 and FIPS 180 have it', async () => {
    const expected = createHmac('sha256', fresh).update('text', 'utf8').digest('base64url');
    expect(await signerOf({ KEY: fresh }).sign('text')).toBe(expected);
  });

  it('holds for its text and its key alone', async () => {
    const signer = signerOf({ KEY: fresh });
    const signature = await signer.sign('text');
    expect(await signer.verify('text', signature)).toBe(true);
    expect(await signer.verify('texts', signature)).toBe(false);
    expect(await signerOf({ KEY: old }).verify('text', signature)).toBe(false);
  });

  it('still holds after one rotation of the key, and no longer after two', async () => {
    const signature = await signerOf({ KEY: old }).sign('text');
    expect(await signerOf({ KEY: fresh, KEY_PREVIOUS: old }).verify('text', signature)).toBe(true);
    expect(await signerOf({ KEY: `${fresh}!`, KEY_PREVIOUS: fresh }).verify('text', signature)).toBe(false);
  });

  it('is never made with the key before the rotation', async () => {
    const rotated = signerOf({ KEY: fresh, KEY_PREVIOUS: old });
    expect(await rotated.sign('text')).toBe(await signerOf({ KEY: fresh }).sign('text'));
  });

  it.each([
    ['nothing', () => ''],
    ['another length', (signature: string) => signature.slice(1)],
    ['padding', (signature: string) => `${signature}=`],
    ['the other base64 alphabet', (signature: string) => signature.replaceAll('-', '+').replaceAll('_', '/') + ' '],
    ['bytes that the decoder skips', (signature: string) => `${signature}!`],
    ['emoji', () => '🔑'.repeat(20)],
  ])('is refused as %s', async (_, spoil) => {
    const signer = signerOf({ KEY: fresh });
    expect(await signer.verify('text', spoil(await signer.sign('text')))).toBe(false);
  });

  it('is refused under a key that can be guessed, without telling the key', async () => {
    await expect(signerOf({ KEY: 'hunter2' }).sign('text')).rejects.toThrow(/7 characters → give it 32 or more/);
    await expect(signerOf({ KEY: 'hunter2' }).sign('text')).rejects.not.toThrow(/hunter2/);
    expect(await signerOf({ KEY: fresh, KEY_PREVIOUS: '' }).verify('text', '')).toBe(false);
  });
});

describe('a secret of this machine', () => {
  it.each([
    ['a variable that is not set', { variable: 'NONE' }, /NONE is not set → set it/],
    ['a variable that is empty', { variable: 'EMPTY' }, /EMPTY is not set/],
    ['a secret of an account', { secret: 'prod/key' }, /'prod\/key' lies in an AWS account → .*variable/],
    ['a parameter of an account', { parameter: '/key' }, /'\/key' lies in an AWS account/],
  ])('says what to do about %s', async (_, reference, message) => {
    await expect(new EnvironmentSecrets({ EMPTY: '' }).read(reference)).rejects.toThrow(message);
  });
});
