import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hpkeOpen, hpkeSeal, openOriginals, sealOriginals, x25519PrivateKey, x25519Raw, type HpkeAead } from '#contract';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const text = {
  info: hex('4f6465206f6e2061204772656369616e2055726e'),
  plain: hex('4265617574792069732074727574682c20747275746820626561757479'),
};

/** Published vectors of RFC 9180, base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256; first message. */
const VECTORS: readonly {
  readonly aead: HpkeAead;
  readonly privateKey: string;
  readonly publicKey: string;
  readonly enc: string;
  readonly ciphertext: string;
  readonly ephemeral?: string;
}[] = [
  {
    aead: 1,
    privateKey: '4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8',
    publicKey: '3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d',
    enc: '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431',
    ciphertext: 'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a',
    ephemeral: '52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736',
  },
  {
    aead: 2,
    privateKey: '497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d',
    publicKey: '430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c',
    enc: '6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256',
    ciphertext: 'e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a',
  },
];

describe('HPKE', () => {
  it.each(VECTORS)('agrees with RFC 9180 (AEAD $aead)', ({ aead, privateKey, publicKey, enc, ciphertext, ephemeral }) => {
    const key = x25519PrivateKey(hex(privateKey));
    const context = { info: text.info, aad: Buffer.from('Count-0'), aead };
    expect(x25519Raw(key).toString('hex')).toBe(publicKey);
    expect(hpkeOpen(key, { enc: hex(enc), ciphertext: hex(ciphertext) }, context)).toEqual(text.plain);
    const sealed = hpkeSeal(hex(publicKey), text.plain, context, ephemeral === undefined ? undefined : x25519PrivateKey(hex(ephemeral)));
    expect(hpkeOpen(key, sealed, context)).toEqual(text.plain);
    if (ephemeral !== undefined) expect([sealed.enc.toString('hex'), sealed.ciphertext.toString('hex')]).toEqual([enc, ciphertext]);
  });

  it('refuses points of small order, which would make the secret known to all', () => {
    const context = { info: text.info, aad: Buffer.alloc(0) };
    for (const point of [Buffer.alloc(32), Buffer.concat([Buffer.from([1]), Buffer.alloc(31)])]) {
      expect(() => hpkeSeal(point, text.plain, context)).toThrow();
      expect(() => hpkeOpen(x25519PrivateKey(Buffer.alloc(32, 9)), { enc: point, ciphertext: Buffer.alloc(40) }, context)).toThrow();
    }
  });
});

describe('a box of originals', () => {
  const key = x25519PrivateKey(Buffer.alloc(32, 5));
  const publicKey = x25519Raw(key);
  const of = { sample: 's1', principal: 'p_someone' };
  const original = fc
    .tuple(
      fc.constantFrom('EMAIL_ADDRESS', 'PHONE_NUMBER'),
      fc.stringMatching(/^[a-z]{10}$/),
      fc.string({ minLength: 1, maxLength: 60, unit: 'binary' }),
    )
    .filter(([, , value]) => value.isWellFormed())
    .map(([type, letters, value]) => ({ token: `[${type}_${letters}]`, type, value }));

  it('gives back what went in, for its sample and person alone', () => {
    fc.assert(
      fc.property(fc.array(original, { minLength: 1, maxLength: 6 }), (originals) => {
        const box = sealOriginals(publicKey, of, originals);
        expect(openOriginals(key, of, box)).toEqual(originals);
        expect(openOriginals(key, { ...of, sample: 's2' }, box)).toBeUndefined();
        expect(openOriginals(key, { ...of, principal: 'p_other' }, box)).toBeUndefined();
        expect(openOriginals(x25519PrivateKey(Buffer.alloc(32, 6)), of, box)).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it('tells little by its size, and takes no garbage for values', () => {
    const box = (value: string): string =>
      sealOriginals(publicKey, of, [{ token: '[EMAIL_ADDRESS_aaaaaaaaaa]', type: 'EMAIL_ADDRESS', value }]);
    expect(box('a@b.example').length).toBe(box('somebody.with.a.long.name@example.com').length);
    const odd = sealOriginals(publicKey, of, [
      { token: 'no token', type: 'EMAIL_ADDRESS', value: 'x' },
      { token: '[PHONE_NUMBER_aaaaaaaaaa]', type: 'EMAIL_ADDRESS', value: 'x' },
      { token: '[EMAIL_ADDRESS_aaaaaaaaaa]', type: 'EMAIL_ADDRESS', value: 'kept' },
    ]);
    expect(openOriginals(key, of, odd)).toEqual([{ token: '[EMAIL_ADDRESS_aaaaaaaaaa]', type: 'EMAIL_ADDRESS', value: 'kept' }]);
    for (const bytes of ['', 'AAAA', 'not base64', Buffer.alloc(80).toString('base64')])
      expect(openOriginals(key, of, bytes)).toBeUndefined();
  });
});
