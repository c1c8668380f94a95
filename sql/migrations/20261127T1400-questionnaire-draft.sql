-- Why: a new version is written over days and by several people before anybody is asked with it.
create table questionnaire_draft (
  questionnaire_id uuid primary key references questionnaire (id),
  revision integer not null default 1 check (revision > 0),
  based_on_version integer not null,
  body jsonb not null,
  changed_by_user_id uuid references app_user (id),
  changed_at timestamptz not null,
  created_at timestamptz not null default now(),
  foreign key (questionnaire_id, based_on_version) references questionnaire_version (questionnaire_id, version)
);
comment on column questionnaire_draft.revision is 'counts the savings: who saves over a revision not read is refused';
comment on column questionnaire_draft.based_on_version is 'the newest published when the draft was begun';
