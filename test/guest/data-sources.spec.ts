import { TypeOrmModule, getDataSourceToken } from '@nestjs/typeorm';
import { RefreshToken } from 'nestjs-baton';
import { CreateRefreshTokens1764000000000 } from 'nestjs-baton/migrations';
import { Column, type DataSource, Entity, PrimaryColumn } from 'typeorm';
import { IN_MEMORY } from '../host/databases.js';
import { type HostOptions, PLATFORMS, startHost } from '../host/start-host.js';
import { Client, EVERY_ANSWER, answersOfEveryRoute } from './every-route.js';

@Entity('notes')
class Note {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id!: string;

  @Column({ type: 'varchar', length: 255 })
  text!: string;
}

/** A host that keeps its notes in the default data source and sessions in one with a name. */
const twoDataSources: HostOptions = {
  database: { ...IN_MEMORY, synchronize: true, migrations: [], migrationsRun: false },
  imports: [
    TypeOrmModule.forFeature([Note]),
    TypeOrmModule.forRoot({
      ...IN_MEMORY,
      name: 'sessions',
      autoLoadEntities: true,
      migrations: [CreateRefreshTokens1764000000000],
      migrationsRun: true,
      retryAttempts: 0,
    }),
  ],
  extras: { dataSource: 'sessions' },
};

describe.each(PLATFORMS)('in a host on %s with several data sources', (platform) => {
  it('sessions are kept in the one that the option dataSource names, and only there', async () => {
    const host = await startHost({ platform, ...twoDataSources });
    const sessions = host.app.get<DataSource>(getDataSourceToken('sessions'), { strict: false });
    const pair = await new Client(host).login();

    expect(await sessions.getRepository(RefreshToken).countBy({ id: pair.session_id })).toBe(1);
    expect(host.dataSource.hasMetadata(RefreshToken)).toBe(false);
    expect(sessions.hasMetadata(Note)).toBe(false);
    await host.dataSource.getRepository(Note).insert({ id: '1', text: 'hello' });
    expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
    await host.close();
  });
});
