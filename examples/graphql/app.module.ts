import { Module, UseGuards } from '@nestjs/common';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule, Query, Resolver, Subscription } from '@nestjs/graphql';
import { type AuthenticatedUser, CurrentUser, JwtAuthGuard, Public } from 'nestjs-baton';
import { SessionsModule } from '../in-memory-users/sessions.module.js';

@UseGuards(JwtAuthGuard)
@Resolver()
export class MeResolver {
  @Query(() => String)
  me(@CurrentUser() user: AuthenticatedUser): string {
    return user.id;
  }

  @Public()
  @Query(() => String)
  hello(): string {
    return 'world';
  }

  /** Ends with the session: the connection is closed with 4401. */
  @Subscription(() => String)
  async *greetings(@CurrentUser() user: AuthenticatedUser) {
    yield { greetings: `hello, ${user.id}` };
    await new Promise(() => {});
  }
}

@Module({
  imports: [
    SessionsModule,
    GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      autoSchemaFile: true,
      subscriptions: { 'graphql-ws': true },
    }),
  ],
  providers: [MeResolver],
})
export class AppModule {}
