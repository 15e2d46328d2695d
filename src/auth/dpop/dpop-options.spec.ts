import * as v from 'valibot';
import { dpopEntries, dpopSettings } from './dpop-options.js';

const complaint = (given: object) => v.safeParse(v.object(dpopEntries), given).issues?.[0]?.message;

describe('the options of bound sessions', () => {
  it('are off, without nonces, an address of their own or a shared memory', () => {
    expect(dpopSettings({})).toEqual({ dpop: 'off', dpopNonce: false, publicUrl: null });
  });

  it('are as given', () => {
    const dpopReplays = { claim: async () => true };
    const given = { dpop: 'required', dpopNonce: true, dpopReplays } as const;
    expect(dpopSettings(given)).toEqual({ ...given, publicUrl: null });
  });

  it.each([
    ['https://api.example.com', 'https://api.example.com'],
    ['http://localhost:3000/', 'http://localhost:3000'],
    ['https://example.com/backend//', 'https://example.com/backend'],
  ])('publicUrl takes %s, and a path follows', (given, publicUrl) => {
    expect(dpopSettings({ publicUrl: given }).publicUrl).toBe(publicUrl);
  });

  it.each([
    'api.example.com',
    'ftp://example.com',
    'xhttps://example.com',
    'https://',
    'https://[',
    'https://example.com?a=1',
    'https://example.com#top',
    'https://ann@example.com',
  ])('publicUrl does not take %s', (publicUrl) => {
    expect(complaint({ publicUrl })).toBe(
      'takes a URL such as https://api.example.com, without query and fragment',
    );
  });

  it.each<[string, object, string]>([
    ['another word', { dpop: 'on' }, 'takes off or allowed or required'],
    ['a nonce that is no switch', { dpopNonce: 'on' }, 'takes true or false'],
    ['a memory that claims nothing', { dpopReplays: {} }, 'takes an object with the method claim'],
  ])('%s is refused', (_what, given, takes) => {
    expect(complaint(given)).toBe(takes);
  });
});
