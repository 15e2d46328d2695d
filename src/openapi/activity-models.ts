import { ApiProperty } from '@nestjs/swagger';
import type {
  ActivityBody,
  ActivityEventBody,
  EndedSessionBody,
  EndedSessionsBody,
} from '../wire.js';
import { ID, OriginModel, TIME } from './models.js';

export class ActivityEventModel extends OriginModel implements ActivityEventBody {
  @ApiProperty({ example: ID, format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'session.opened' })
  type!: string;

  @ApiProperty({ example: TIME, format: 'date-time' })
  at!: string;

  @ApiProperty({ example: ID, type: String, nullable: true })
  session_id!: string | null;

  @ApiProperty({ description: 'About the session that the access token belongs to' })
  current!: boolean;

  @ApiProperty({ example: 'logout', type: String, nullable: true, description: 'Of its end' })
  reason!: string | null;

  @ApiProperty({
    type: Boolean,
    nullable: true,
    description: 'Of a login: whether the user had logged in from that device before',
  })
  known_before!: boolean | null;
}

export class ActivityModel implements ActivityBody {
  @ApiProperty({ type: [ActivityEventModel] })
  events!: ActivityEventModel[];

  @ApiProperty({ example: ID, type: String, nullable: true, description: 'Null on the last page' })
  next_cursor!: string | null;
}

export class EndedSessionModel extends OriginModel implements EndedSessionBody {
  @ApiProperty({ example: ID, format: 'uuid' })
  id!: string;

  @ApiProperty({ example: TIME, format: 'date-time' })
  created_at!: string;

  @ApiProperty({ example: TIME, format: 'date-time' })
  ended_at!: string;

  @ApiProperty({ example: 'logout', description: '`expired` where nobody revoked it' })
  reason!: string;
}

export class EndedSessionsModel implements EndedSessionsBody {
  @ApiProperty({ type: [EndedSessionModel] })
  sessions!: EndedSessionModel[];
}
