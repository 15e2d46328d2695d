import { AuthService, type LiveSession, NotFoundError } from 'nestjs-baton';
import { onEveryHost } from './vocabulary.js';

const idsOf = (sessions: readonly LiveSession[]) => sessions.map(({ id }) => id);

/** Two users to an application, and one to a collation that minds neither case, accents nor trailing spaces. */
const ALIKE = ['ann', 'Ann', 'ánn', 'ann ', 'ANN'];

/** @see issue 11 */
onEveryHost({}, (stage) => {
  const auth = () => stage.host.app.get(AuthService);

  it.each(ALIKE.slice(1))('the sessions of "ann" are none of those of "%s"', async (other) => {
    await auth().revokeSessions('ann');
    await auth().revokeSessions(other);
    const anns = await auth().openSession({ id: 'ann', username: 'ann' });
    const others = await auth().openSession({ id: other, username: other });
    expect(idsOf(await auth().sessions('ann'))).toEqual([anns.session_id]);
    expect(idsOf(await auth().sessions(other))).toEqual([others.session_id]);
    await expect(auth().revokeSession('ann', others.session_id)).rejects.toThrow(NotFoundError);
    await auth().revokeSessions('ann');
    expect(idsOf(await auth().sessions(other))).toEqual([others.session_id]);
    expect(await auth().sessions('ann')).toEqual([]);
  });
});

onEveryHost({ auth: { maxSessions: 1 } }, (stage) => {
  it('a user makes no room among the sessions of one who is called almost alike', async () => {
    const auth = stage.host.app.get(AuthService);
    for (const id of ALIKE) await auth.openSession({ id, username: id });
    const counts = await Promise.all(ALIKE.map(async (id) => (await auth.sessions(id)).length));
    expect(counts).toEqual(ALIKE.map(() => 1));
  });
});
