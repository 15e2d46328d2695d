/** A deliberate bug: some text of one file of src, and what stands there instead. */
export interface Bug {
  readonly what: string;
  readonly file: string;
  readonly text: string;
  readonly instead: string;
}

const bugsIn = (file: string, bugs: readonly (readonly [string, string, string])[]): Bug[] =>
  bugs.map(([what, text, instead]) => ({ what, file: `src/sessions/${file}.ts`, text, instead }));

/** Each of them has to be caught by the simulation. */
export const BUGS: readonly Bug[] = [
  ...bugsIn('rotation-policy', [
    ['grace in milliseconds', 'policy.graceSeconds * 1000', 'policy.graceSeconds'],
    ['grace ten times as long', 'policy.graceSeconds * 1000', 'policy.graceSeconds * 10_000'],
    [
      'a seal that does not open is no reuse',
      "if (!presented.opensSeal) return { kind: 'reuse' };",
      '',
    ],
    [
      'what was seen in use is recovered',
      'session.confirmed || !mayRecover',
      'false || !mayRecover',
    ],
    ['no recovery at all', 'return recovery &&', 'return false && recovery &&'],
    ['recovery although it is off', 'return recovery &&', 'return'],
    [
      'a newer token is unknown',
      "if (!policy.recoverLostWrites) return refuse('unknown');",
      "if (policy) return refuse('unknown');",
    ],
    [
      'a fork is let go on',
      'if (presented.tokenHash !== session.tokenHash) return',
      'if (false) return',
    ],
    [
      'a revoked session is judged as a live one',
      'if (session.revokedAtMs !== null) return',
      'if (false) return',
    ],
  ]),
  ...bugsIn('session-statements', [
    ['a swap on any live token', 'AND tokenHash = :liveHash', 'AND COALESCE(:liveHash, 0) <> 0'],
    ['a swap of a revoked session', 'AND COALESCE(revokedAtMs, 0) = 0', ''],
    ['a recovery of what another instance has confirmed', ' AND confirmedAtMs IS NULL`', '`'],
    ['a swap keeps the confirmation', "confirmedAtMs: 'NULL'", "confirmedAtMs: 'confirmedAtMs'"],
    [
      'a confirmation of any generation',
      ' AND generation = :generation${place})',
      ' AND generation >= :generation${place} - 9)',
    ],
    [
      'the parent is not written down',
      "parentGeneration: ':parentGeneration'",
      "parentGeneration: 'COALESCE(parentGeneration, :parentGeneration)'",
    ],
  ]),
  ...bugsIn('refresh-token.store', [
    [
      'a swap that was lost counts as won',
      'return this.rotation.run(swap);',
      'return this.rotation.run(swap).then(() => true);',
    ],
    [
      'what has ended is ended again',
      'await this.revokeWhere({ id, revokedAtMs: IS_UNREVOKED }, reason, nowMs)',
      'await this.revokeWhere({ id }, reason, nowMs)',
    ],
  ]),
  ...bugsIn('sealed-successor', [
    ['the seal does not ask for the key', 'successorHash, idempotencyKey]', 'successorHash]'],
  ]),
  ...bugsIn('rotation.service', [
    [
      'a repeat gets a token of its own',
      'this.refreshed(this.successors.again(presented, session, stamp),',
      'this.refreshed(this.successors.next(presented, session.generation),',
    ],
    [
      'a reuse is answered before it is written',
      'if (await this.revocations.revokeReused(reuse)) throw',
      'if (this.revocations.revokeReused(reuse).catch(() => {})) throw',
    ],
    [
      'a reuse is refused, and revokes nothing',
      'if (await this.revocations.revokeReused(reuse)) throw',
      'if (reuse) throw',
    ],
    [
      'an advance that goes back',
      'Math.max(presented.claims.gen, session.generation)',
      'session.generation',
    ],
    [
      'a recovery that is an ordinary rotation',
      'this.store.recover({ ...swap, withdrawnGenerations })',
      'this.store.rotate(swap)',
    ],
    [
      'a revocation that a standby lost is forgotten',
      'if (ended !== null) throw',
      'if (false) throw',
    ],
  ]),
  ...bugsIn('seen-tokens', [
    [
      'what could not be written is forgotten',
      'const passedOver = await',
      'this.pending.clear();\n    const passedOver = await',
    ],
    [
      'a withdrawn token that is used accuses nobody',
      'if (passedOver.length > 0) await',
      'if (false) await',
    ],
  ]),
  ...bugsIn('revocation-attempts', [
    ['what this instance has ended goes on here', 'this.revocations.add(id, atMs, reason);', ''],
    ['a lost answer is never told', 'this.unanswered.add(attempt);', ''],
    ['a lost answer is told again and again', '|| !this.unanswered.delete(attempt)', ''],
  ]),
  ...bugsIn('logout.service', [
    [
      'a logout that does nothing',
      'await this.revocations.revoke(sessionId,',
      'if (reason === "") await this.revocations.revoke(sessionId,',
    ],
  ]),
  ...bugsIn('database-clock', [
    ['a clock that believes the machine', 'this.zeroMs = corrected;', ''],
  ]),
];
