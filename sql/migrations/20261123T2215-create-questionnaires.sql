-- Why: answers stay with the version that was asked, so a version is never edited once published.

create table questionnaire (
  id uuid primary key default uuidv7(),
  name text not null unique,
  created_at timestamptz not null default now()
);

create table questionnaire_version (
  id uuid primary key default uuidv7(),
  questionnaire_id uuid not null references questionnaire (id),
  version integer not null check (version > 0),
  body jsonb not null,
  published_at timestamptz,
  created_at timestamptz not null default now(),
  unique (questionnaire_id, version)
);
comment on column questionnaire_version.body is '{ questions: [{ id, kind, text: { <language>: string }, options?, next? }] }; schema in server/domains/questionnaires/contract.ts';
