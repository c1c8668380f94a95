-- Why: what is wrong becomes a case with an owner and a clock.

create sequence grievance_case_reference_seq start 100;

create table grievance_case (
  id uuid primary key default uuidv7(),
  reference text not null unique default ('CASE-' || nextval('grievance_case_reference_seq')),
  data_key_id uuid not null,
  callback_id uuid references callback (id),
  worker_id uuid not null references worker (id),
  factory_id uuid references factory (id),
  country_id text not null references country (id),
  category text not null check (category in ('forced-labour', 'child-labour', 'freedom-of-association', 'discrimination', 'harassment-and-abuse',
    'wages-and-benefits', 'working-hours', 'health-and-safety', 'living-conditions', 'recruitment-fees', 'discipline-and-dismissal',
    'retaliation', 'audit-integrity', 'other')),
  severity text not null check (severity in ('critical', 'high', 'medium', 'low')),
  status text not null default 'open' check (status in ('open', 'in-review', 'action', 'closed')),
  worker_wish text not null check (worker_wish in ('confidential', 'anonymous', 'named')),
  people_affected integer check (people_affected > 0),
  summary_sealed bytea not null,
  finding text check (finding in ('violation', 'substantiated', 'not-substantiated')),
  finding_at timestamptz,
  finding_by_user_id uuid references app_user (id),
  finding_reason_sealed bytea,
  opened_by_user_id uuid not null references app_user (id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((finding is null) = (finding_at is null))
);
create index grievance_case_open_idx on grievance_case (country_id, created_at desc, id) where status <> 'closed';
create index grievance_case_factory_idx on grievance_case (factory_id);
