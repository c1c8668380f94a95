-- Why: how long to wait after each outcome, how often it may happen and whether it uses up a try differ from country to country.
-- A row replaces the default of its outcome (server/domains/callbacks/outcome-rules.ts); no row: the default holds.

create table outcome_setting (
  country_id text not null references country (id),
  outcome text not null check (outcome in ('partial', 'no-answer', 'busy', 'rejected', 'unreachable', 'machine', 'someone-else', 'dead-number', 'trunk-failure')),
  counts boolean not null,
  delay_minutes integer check (delay_minutes between 1 and 10080),
  most_times integer check (most_times between 1 and 10),
  updated_by_user_id uuid not null references app_user (id),
  updated_at timestamptz not null default now(),
  primary key (country_id, outcome),
  -- What the carrier broke burns no attempt, whoever sets what.
  check (outcome <> 'trunk-failure' or not counts)
);
comment on column outcome_setting.counts is 'uses up one of the country''s attempts';
comment on column outcome_setting.delay_minutes is 'waited inside the slot before the next try; null: the slot''s next occurrence, on a later day';
comment on column outcome_setting.most_times is 'closed after this many of this outcome; null: only the country''s attempts end it';
