import type { INestApplicationContext } from '@nestjs/common';
import { initTRPC, TRPCError } from '@trpc/server';
import {
  type CreateExpressContextOptions,
  createExpressMiddleware,
} from '@trpc/server/adapters/express';
import { AuthError, AuthService } from 'nestjs-baton';

/** What each call knows. */
interface Context {
  readonly auth: AuthService;
  /** Empty where none was sent. */
  readonly token: string;
}

const { router, procedure } = initTRPC.context<Context>().create({
  /** The mark by which the client knows that the guard refused, and not a procedure. */
  errorFormatter({ shape, error: { cause } }) {
    const authError = cause instanceof AuthError ? cause.code : undefined;
    return { ...shape, data: { ...shape.data, authError } };
  },
});

/** The guard: nothing of the procedure has happened when it refuses. */
const guarded = procedure.use(async ({ ctx, next }) => {
  const user = await ctx.auth.authenticate(ctx.token).catch((cause: unknown) => {
    if (cause instanceof AuthError && cause.getStatus() === 401) {
      throw new TRPCError({ code: 'UNAUTHORIZED', message: cause.message, cause });
    }
    throw cause;
  });
  return next({ ctx: { user } });
});

/** Who has confirmed something. */
export const confirmed: string[] = [];

export const appRouter = router({
  hello: procedure.query(() => 'hello'),
  me: guarded.query(({ ctx }) => ctx.user.id),
  /** Its own refusal: something has happened. */
  confirm: guarded.mutation(({ ctx }) => {
    confirmed.push(ctx.user.id);
    throw new TRPCError({ code: 'UNAUTHORIZED', message: 'The PIN is wrong' });
  }),
  order: guarded.mutation(({ ctx }) => `ordered by ${ctx.user.id}`),
});
export type AppRouter = typeof appRouter;

/** tRPC within a Nest application, on Express: `app.use('/trpc', trpcOf(app))`. */
export function trpcOf(app: INestApplicationContext) {
  return createExpressMiddleware({
    router: appRouter,
    createContext: ({ req }: CreateExpressContextOptions): Context => ({
      auth: app.get(AuthService),
      token: /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? '',
    }),
  });
}
