/*
 * One session of nestjs-baton: what docs/rotation.md says, small enough to be searched whole.
 *
 * An owner whose two tabs share one stored token, a thief who copies it once and keeps all that he ever gets,
 * two server instances over one row, a network that loses answers and a database that may lose its last
 * writes. What is switched on is defined on the command line: see README.md and `check`.
 */

#ifndef TOKENS
#define TOKENS 4
#endif
#ifndef TICKS
#define TICKS 1
#endif
#ifndef GRACE
#define GRACE 1
#endif
#ifndef RECOVERY
#define RECOVERY 1
#endif
#ifndef TABS
#define TABS 2
#endif
#ifndef THIEF
#define THIEF 0
#endif
#ifndef FAILOVER
#define FAILOVER 0
#endif
#ifndef KEYED
#define KEYED 0
#endif
#ifndef BOUND
#define BOUND 0
#endif
#ifndef KILL
#define KILL 0
#endif
#ifndef BUG
#define BUG none
#endif

#define NONE 255

mtype = {
  none,
  /* What is done with a token: the names of `judge` in src/sessions/rotation-policy.ts. */
  rotate, advance, replay, recover, catchUp, reuse, refuse,
  /* Deliberate bugs: `-DBUG=name` breaks the rule, and `check` expects a property to fail. */
  replayForever, recoverConfirmed, recoverTheSame, withdrawnIsForgotten, olderHasGrace, swapWithoutHash,
  forkIsLive, advanceIsReuse, revokedStillRotates, judgedRowIsNotAsked, anyKeyOpens, anyGenerationConfirms,
  copyIsReuse, copyLeavesAGap, unprovenIsReuse, proofIsNotAsked
};

/* Refresh tokens are numbered as they are issued. */
byte issued = 1;
byte genOf[TOKENS];
byte cameFrom[TOKENS];
/* Whether its access token reached a guarded route. */
bool used[TOKENS];
/* Whether it was refreshed while it was the live one, or newer. */
bool spent[TOKENS];

typedef Row {
  byte live;
  byte generation;
  byte parent; /* its generation, NONE before the first rotation */
  byte sealedFor; /* the token that opens the seal: the parent itself */
  byte rotatedAt;
  bool confirmed;
  bool revoked;
  byte withdrawn /* a bit for each generation */
};

Row row;
Row copy; /* what the standby had */
bool copied = false;
bool failedOver = false;

/* Time passes by grace periods. */
byte now = 0;

/* What one judgement looks at; it is made in one step, so this is no part of the state. */
Row seen;
bool sawConfirmed;
bool opens;

/* What an instance saw and has not written yet: a bit for each generation. */
byte pending[2];

/* What is told to the outside. */
bool ended = false; /* revoked for reuse */
bool ownerRefused = false;
bool thiefServed = false; /* a pair was given to the thief */
bool thiefRepeated = false; /* of a token that was spent */
bool divided = false; /* two successors of one token were both used */
bool indulged = false; /* a token got more than rules 1 to 3 of the contract give */
bool forked = false; /* two successors of one token were both refreshed */

/* The owner's requests on their way. A client's patience is shorter than the grace period. */
byte flying = 0;

/* What the owner's two clients have stored: the same place, or with BOUND a copy each, which may be old. */
byte stored[2];
byte storedAt[2];
#define place (BOUND -> me : 0)

/* The thief's copies: a bit for each token. */
byte loot = 0;

#define has(set, bit) (((set) >> (bit)) & 1)
#define add(set, bit) set = set | (1 << (bit))

#define isWithdrawn(g) \
  ((row.parent != NONE && g > row.parent && g < row.generation) || has(row.withdrawn, g))

inline issue(generation) {
  genOf[issued] = generation;
  cameFrom[issued] = t;
  answer = issued;
  issued++
}

/* Whether another successor of the token that `t` came from has the same mark. */
#define findSibling(mark, found) \
  newest = 0; \
  do \
  :: newest < issued -> \
    found = found || (newest != t && t != 0 && mark[newest] && cameFrom[newest] == cameFrom[t]); \
    newest++ \
  :: else -> break \
  od; \
  newest = 0

/* The one UPDATE. */
inline swap(newestGeneration) {
  assert(!row.revoked);
  issue(newestGeneration + 1);
  row.live = answer;
  row.generation = newestGeneration + 1;
  row.parent = genOf[t];
  row.sealedFor = t;
  row.rotatedAt = now;
  row.confirmed = false
}

/* Every column that a judgement read, in the words of the policy. Simulations print them for trace.spec.ts. */
#define TELL \
  printf("judge gen=%d sameHash=%d opensSeal=%d rowGen=%d parent=%d elapsed=%d confirmed=%d revoked=%d proof=%d -> %e\n", \
    genOf[t], t == seen.live, opens, seen.generation, seen.parent, arrived - seen.rotatedAt, \
    sawConfirmed, seen.revoked, proof, decision)

inline judgeSpent() {
  if
  :: genOf[t] != seen.parent && !(BUG == olderHasGrace && arrived == seen.rotatedAt) -> decision = reuse
  :: else ->
    if
    :: !opens -> decision = reuse
    :: opens && GRACE && (arrived <= seen.rotatedAt || BUG == replayForever) -> decision = replay
    :: opens && !(GRACE && (arrived <= seen.rotatedAt || BUG == replayForever)) ->
      if
      :: !RECOVERY || (sawConfirmed && BUG != recoverConfirmed) -> decision = reuse
      :: else -> decision = (BUG == recoverTheSame -> replay : recover)
      fi
    fi
  fi
}

inline judge() {
  if
  :: BOUND && !proof && BUG != proofIsNotAsked ->
    decision = (BUG == unprovenIsReuse -> reuse : refuse)
  :: else ->
    if
    :: seen.revoked && BUG != revokedStillRotates -> decision = refuse
    :: else ->
      if
      :: genOf[t] > seen.generation -> decision = (BUG == advanceIsReuse -> reuse : advance)
      :: genOf[t] <= seen.generation && BOUND ->
        decision = (t == seen.live -> rotate : (BUG == copyIsReuse -> reuse : catchUp))
      :: genOf[t] == seen.generation && !BOUND ->
        decision = (t == seen.live || BUG == forkIsLive -> rotate : reuse)
      :: genOf[t] < seen.generation && !BOUND -> judgeSpent()
      fi
    fi
  fi
}

inline markSpent() {
  spent[t] = true;
  findSibling(spent, forked)
}

/*
 * A refresh by instance `at`: try the swap; where it is lost, read the row, judge, and write on the condition
 * that the row has not changed. Between two steps anything may happen. `answer` is the successor, or NONE.
 */
inline refresh() {
  if
  :: atomic {
      issued < TOKENS && (!BOUND || proof || BUG == proofIsNotAsked) &&
      (row.live == t || (BUG == swapWithoutHash && row.parent == genOf[t])) &&
      (!row.revoked || BUG == revokedStillRotates) ->
      swap(genOf[t]);
      decision = rotate;
      markSpent()
    }
  :: atomic {
      issued < TOKENS && (row.live != t || row.revoked || (BOUND && !proof)) ->
      skip
    }
    do
    :: atomic {
        seen.live = row.live;
        seen.generation = row.generation;
        seen.parent = row.parent;
        seen.sealedFor = row.sealedFor;
        seen.rotatedAt = row.rotatedAt;
        seen.revoked = row.revoked;
        sawConfirmed = row.confirmed || has(pending[at], row.generation);
        opens = (seen.sealedFor == t && seen.parent == genOf[t] && (!KEYED || key || BUG == anyKeyOpens));
        if
        :: BUG == olderHasGrace && seen.parent != genOf[t] && !BOUND -> opens = true
        :: else
        fi;
        judge();
        indulged = indulged ||
          (decision == rotate && !BOUND && t != seen.live) ||
          (decision == replay && (t != seen.sealedFor || arrived > seen.rotatedAt)) ||
          (decision == recover && (t != seen.sealedFor || sawConfirmed));
        TELL;
        expected = seen.live;
        d_step {
          seen.live = 0; seen.generation = 0; seen.parent = 0; seen.sealedFor = 0; seen.rotatedAt = 0;
          seen.revoked = false; sawConfirmed = false; opens = false
        }
      }
      if
      :: decision == refuse -> break
      :: decision == replay -> answer = expected; break
      :: decision == reuse ->
        atomic {
          if
          :: !row.revoked -> row.revoked = true; ended = true
          :: else
          fi
        }
        break
      :: atomic {
          (decision == rotate || decision == advance || decision == recover || decision == catchUp) &&
          issued < TOKENS && !row.revoked &&
          (row.live == expected || BUG == judgedRowIsNotAsked) && (decision != recover || !row.confirmed || BUG == recoverConfirmed) ->
          if
          :: decision == recover && BUG != withdrawnIsForgotten ->
            newest = (row.parent == NONE -> row.generation : row.parent + 1);
            do
            :: newest <= row.generation -> add(row.withdrawn, newest); newest++
            :: else -> break
            od
          :: else
          fi;
          newest = (genOf[t] > row.generation -> genOf[t] : row.generation);
          swap(newest);
          if
          :: decision == catchUp && BUG != copyLeavesAGap -> row.parent = newest
          :: else
          fi;
          if
          :: decision == rotate || decision == advance -> markSpent()
          :: else
          fi
        }
        break
      :: (decision == rotate || decision == advance || decision == recover || decision == catchUp) &&
        !(issued < TOKENS && !row.revoked && (row.live == expected || BUG == judgedRowIsNotAsked) &&
          (decision != recover || !row.confirmed || BUG == recoverConfirmed)) ->
        if
        :: issued < TOKENS -> skip /* somebody was faster: look again */
        :: else -> decision = none; break /* the search ends here, the protocol does not */
        fi
      fi
    od
  fi
}

/* What a request knew is gone with it. */
inline forget() {
  d_step {
    answer = NONE; decision = none; t = 0; arrived = 0; newest = 0; expected = 0
  }
}

/* The access token that came with `t` reaches a guarded route, which refuses those of a revoked session. */
inline useAccess() {
  used[t] = true;
  add(pending[at], genOf[t]);
  findSibling(used, divided);
  t = 0
}

#define LOCALS byte answer = NONE; byte arrived; byte newest; byte expected; mtype decision; byte t; byte at; bool proof; bool key

/*
 * A client of ours: presents what is stored once it is old, or again where no answer came; stores what it gets
 * and uses it. Any answer may be lost. There is no lock: both may present the same.
 */
proctype Tab(byte me) {
  LOCALS;
  at = me;
  proof = true;
  key = true;
  do
  :: atomic {
      issued < TOKENS && (BOUND || stored[place] == 0 || now > storedAt[place]) ->
      t = stored[place];
      arrived = now;
      flying++
    }
    refresh();
    atomic {
      if
      :: answer != NONE && genOf[answer] >= genOf[stored[place]] ->
        stored[place] = answer;
        storedAt[place] = now
      :: answer == NONE && (decision == refuse || decision == reuse) -> ownerRefused = true
      :: true /* lost on the way */
      fi;
      flying--;
      forget()
    }
  :: atomic { !row.revoked && !used[stored[place]] -> t = stored[place]; useAccess() }
  :: issued >= TOKENS || row.revoked -> break
  od
}

#if THIEF
#define choose(token) :: has(loot, token) -> t = token

/* Copies the storage once. Presents and uses what he ever got, whenever he likes. */
proctype Thief() {
  LOCALS;
  bool wasSpent;
  at = 1;
  atomic { add(loot, stored[0]) }
  do
  :: atomic {
      issued < TOKENS ->
      if
      choose(0)
      choose(1)
      choose(2)
      choose(3)
      choose(4)
      fi;
      arrived = now;
      wasSpent = (t != row.live)
    }
    refresh();
    atomic {
      if
      :: answer != NONE ->
        add(loot, answer);
        thiefServed = true;
        thiefRepeated = thiefRepeated || wasSpent
      :: else
      fi;
      forget()
    }
  :: atomic {
      !row.revoked && loot != 0 ->
      if
      choose(0)
      choose(1)
      choose(2)
      choose(3)
      choose(4)
      fi;
      useAccess()
    }
  :: issued >= TOKENS || row.revoked -> break
  od
}
#endif

/* Twice a second each instance writes down what it saw. The use of what was withdrawn is found out then. */
proctype Flush(byte at) {
  byte g;
end:
  do
  :: atomic {
      pending[at] != 0 ->
      g = 0;
      do
      :: g < TOKENS && has(pending[at], g) ->
        if
        :: !row.revoked && (g == row.generation || BUG == anyGenerationConfirms) && row.parent != NONE ->
          row.confirmed = true
        :: !row.revoked && g != row.generation && BUG != anyGenerationConfirms && isWithdrawn(g) ->
          row.revoked = true;
          ended = true
        :: else
        fi;
        g++
      :: g < TOKENS && !has(pending[at], g) -> g++
      :: else -> break
      od;
      pending[at] = 0
    }
  od
}

/* An instance is killed: what it saw and has not written is gone. */
#if KILL
proctype Kill() {
  byte at;
  atomic { select(at : 0 .. 1); pending[at] = 0 }
}
#endif

proctype Time() {
  do
  :: atomic { now < TICKS && flying == 0 -> now++ }
  :: now >= TICKS || row.revoked -> break
  od
}

#if FAILOVER
/* An asynchronous standby takes over: the row is what it was a while ago. */
proctype Failover() {
  atomic {
    copy.live = row.live; copy.generation = row.generation; copy.parent = row.parent;
    copy.sealedFor = row.sealedFor; copy.rotatedAt = row.rotatedAt; copy.confirmed = row.confirmed;
    copy.withdrawn = row.withdrawn; copied = true
  }
  atomic {
    !row.revoked ->
    row.live = copy.live; row.generation = copy.generation; row.parent = copy.parent;
    row.sealedFor = copy.sealedFor; row.rotatedAt = copy.rotatedAt; row.confirmed = copy.confirmed;
    row.withdrawn = copy.withdrawn; failedOver = true
  }
}
#endif

init {
  atomic {
    row.parent = NONE;
    row.sealedFor = NONE;
    cameFrom[0] = NONE;
    run Tab(0);
#if TABS > 1
    run Tab(1);
#endif
    run Flush(0);
    run Flush(1);
    run Time();
#if THIEF
    run Thief();
#endif
#if KILL
    run Kill();
#endif
#if FAILOVER
    run Failover()
#endif
  }
}

/* Without a thief nobody is refused, and nobody is accused. */
ltl honest { [] !(ownerRefused || ended) }
/* Nothing is given for a token but what the contract says: a spent one within the grace period, or unconfirmed. */
ltl byTheRules { [] !indulged }
/* Of two successors of one token one at most is ever handed on. */
ltl oneLine { [] !forked }
/* Where two successors of one token were used, the session ends. */
ltl betrayed { [] (divided -> <> row.revoked) }
/* A thief gets nothing for a token that was spent: strict single use, and repeats bound to a key. */
ltl spentIsSpent { [] !thiefRepeated }
/* In a session bound to a key a thief gets nothing, and harms nobody. */
ltl harmless { [] !(thiefServed || ended || ownerRefused) }
