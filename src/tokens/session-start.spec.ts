import { v4, v7 } from 'uuid';
import { loginTimeMs, sessionStartSeconds } from './session-start.js';

const MS = 1_767_225_600_999;
const SECONDS = 1_767_225_600;
const SID = v7({ msecs: MS });

describe('when a session began', () => {
  it('says its id to the millisecond', () => {
    expect(loginTimeMs(SID)).toBe(MS);
  });

  it.each([v4(), SID.slice(1), `${SID}0`, 'nonsense', ''])('says no other id: %s', (sid) => {
    expect(loginTimeMs(sid)).toBeNull();
    expect(sessionStartSeconds({ sid, iat: SECONDS + 7 })).toBe(SECONDS + 7);
  });

  it.each([
    ['an hour later', SECONDS + 3600, SECONDS],
    ['in the same second', SECONDS, SECONDS],
    ['by a clock that is behind', SECONDS - 5, SECONDS - 5],
  ])('is known for a token that was issued %s', (_what, iat, expected) => {
    expect(sessionStartSeconds({ sid: SID, iat })).toBe(expected);
  });
});
