-- Why: what the client decides about a finding is what comes of a case; until now it was written down nowhere.

alter table grievance_case
  add column client_decision text
    check (client_decision in ('remedy-agreed', 'warning', 'work-suspended', 'work-ended', 'no-action')),
  add column client_decided_on date,
  add column client_decision_note_sealed bytea,
  add column client_decision_at timestamptz,
  add column client_decision_by_user_id uuid references app_user (id),
  add check ((client_decision is null) = (client_decided_on is null)),
  add check ((client_decision is null) = (client_decision_at is null)),
  add check (client_decision is null or finding is not null);
comment on column grievance_case.client_decision is 'what the client decided about the finding, as the case-handler was told';
comment on column grievance_case.client_decided_on is 'the day the client decided';
comment on column grievance_case.client_decision_at is 'when it was written down';
