-- Why: sentences are mended, and languages added, by the people who run a hotline, without a new version of the program.

create table prompt_text (
  id uuid primary key default uuidv7(),
  language_code text not null references language (code),
  name text not null check (name ~ '^[a-z]+(-[a-z0-9]+)*$' and length(name) <= 60),
  text text not null check (length(text) between 1 and 300),
  speech text check (length(speech) between 1 and 600),
  draft_wav bytea,
  draft_sha256 text check (draft_sha256 ~ '^[0-9a-f]{64}$'),
  draft_duration_ms integer,
  written_by_user_id uuid not null references app_user (id),
  written_at timestamptz not null default now(),
  replaced_at timestamptz,
  check ((draft_wav is null) = (draft_sha256 is null)),
  check ((draft_wav is null) = (draft_duration_ms is null))
);
comment on column prompt_text.text is 'stands above the sentence of the catalogue, which has none for an imported language';
comment on column prompt_text.speech is 'as espeak-ng has to be given it (pinyin for Mandarin); null: as it is written';
comment on column prompt_text.draft_wav is '8 kHz mono 16 bit, spoken by espeak-ng; null: it has no usable voice for it, so a person must record it';
comment on column prompt_text.replaced_at is 'null: the sentence as it is now';

-- the sentence as it is now; one of each
create unique index prompt_text_now_idx on prompt_text (language_code, name) where replaced_at is null;

create table imported_language (
  language_code text primary key references language (code),
  script text not null check (script ~ '^[A-Z][A-Za-z_]{2,40}$'),
  voice text check (voice ~ '^[a-z0-9-]{2,40}$'),
  imported_by_user_id uuid not null references app_user (id),
  imported_at timestamptz not null default now(),
  reviewed_by_name text check (length(reviewed_by_name) between 1 and 80),
  reviewed_by_user_id uuid references app_user (id),
  reviewed_at timestamptz,
  check ((reviewed_at is null) = (reviewed_by_name is null)),
  check ((reviewed_at is null) = (reviewed_by_user_id is null)),
  check (reviewed_by_user_id <> imported_by_user_id)
);
comment on column imported_language.script is 'Unicode name of the script it is written in';
comment on column imported_language.voice is 'of espeak-ng; null: it has none that can be used';
comment on column imported_language.reviewed_by_name is 'the native speaker who read every sentence; null: nobody has, or one changed since';

alter table prompt_recording add column level_db real check (level_db between -90 and 0);
comment on column prompt_recording.level_db is 'root mean square in dB below full scale; null: recorded before it was measured';
