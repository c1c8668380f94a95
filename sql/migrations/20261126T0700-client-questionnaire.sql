-- Why: a client's programme may ask its workers other questions than the standard ones.

alter table questionnaire add column is_standard boolean not null default false;
comment on column questionnaire.is_standard is 'asked of workers of clients that have none of their own, and of callers';
-- That there is one standard at most.
create unique index questionnaire_one_standard_idx on questionnaire (is_standard) where is_standard;
update questionnaire set is_standard = true where id = (select id from questionnaire order by created_at, id limit 1);

alter table client add column questionnaire_id uuid references questionnaire (id);
comment on column client.questionnaire_id is 'null: the standard one. Counts for visits that are closed from then on';

alter table callback add column questionnaire_id uuid references questionnaire (id);
comment on column callback.questionnaire_id is 'the client''s when the visit was closed; null: the standard one. Its newest version becomes questionnaire_version_id at the first attempt';
