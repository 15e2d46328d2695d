import * as v from 'valibot';
import { settingsSchema } from '../options.js';
import { livingTimes, sessionEndMs } from './session-end.js';

const NOW = 1_767_225_600_999;
const SETTINGS = v.parse(settingsSchema, { refreshTtl: 10, sessionTtl: 20 });
const LATER = NOW + 1_000_000;

describe('the times of a living session', () => {
  it.each([
    ['used in the first millisecond of a second that counts', -9_000, -9_000, true],
    ['used a millisecond earlier', -9_001, -9_001, false],
    ['opened in the first millisecond of a second that counts', -19_000, 0, true],
    ['opened a millisecond earlier', -19_001, 0, false],
  ])('are known to a database as well: %s', (_what, createdMs, usedMs, lives) => {
    for (const nowMs of [NOW, NOW + 1, NOW + 500]) {
      const second = nowMs - (nowMs % 1000);
      const times = { createdAtMs: second + createdMs, rotatedAtMs: second + usedMs };
      const ends = { expiresAtMs: LATER, absoluteExpiresAtMs: LATER };
      const end = sessionEndMs({ ...times, ...ends }, SETTINGS);
      const { createdSinceMs, usedSinceMs } = livingTimes(SETTINGS, nowMs);
      const isAsked = times.createdAtMs >= createdSinceMs && times.rotatedAtMs >= usedSinceMs;
      expect([end > nowMs, isAsked]).toEqual([lives, lives]);
    }
  });
});
