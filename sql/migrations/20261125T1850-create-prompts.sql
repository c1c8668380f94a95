-- Why: what callers hear is spoken by people, in words that a native speaker has approved; nothing that was said is overwritten.

create table prompt_recording (
  id uuid primary key default uuidv7(),
  language_code text not null references language (code),
  name text not null check (name ~ '^[a-z]+(-[a-z0-9]+)*$' and length(name) <= 60),
  text text not null check (length(text) between 1 and 600),
  wav bytea not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  duration_ms integer not null check (duration_ms between 300 and 60000),
  recorded_by_user_id uuid not null references app_user (id),
  recorded_at timestamptz not null default now(),
  approved_by_name text check (length(approved_by_name) between 1 and 80),
  approved_by_user_id uuid references app_user (id),
  approved_at timestamptz,
  replaced_at timestamptz,
  check ((approved_at is null) = (approved_by_name is null)),
  check ((approved_at is null) = (approved_by_user_id is null)),
  check (approved_by_user_id <> recorded_by_user_id)
);
comment on column prompt_recording.text is 'the sentence that was read; when the catalogue says another, it must be approved again';
comment on column prompt_recording.wav is '8 kHz mono 16 bit';
comment on column prompt_recording.approved_by_name is 'the native speaker who listened; who wrote the approval down is approved_by_user_id';
comment on column prompt_recording.replaced_at is 'null: the one that callers hear';

-- what callers hear; one of each
create unique index prompt_recording_heard_idx on prompt_recording (language_code, name) where replaced_at is null;
-- the history of one
create index prompt_recording_history_idx on prompt_recording (language_code, name, recorded_at desc);
