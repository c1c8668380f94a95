-- Why: where nobody who may call a worker speaks their language, an agent can still lead the call with an interpreter as the third on
-- the line. Who interprets is part of the assignment, and of the ledger.

alter table callback add column interpreter_user_id uuid references agent (user_id);
comment on column callback.interpreter_user_id is 'certified in the language; rung after the assigned agent and before the worker. Counts only as long as the assignment does';
alter table callback
  add constraint callback_interpreter_with_agent check (
    interpreter_user_id is null or (assigned_agent_user_id is not null and interpreter_user_id <> assigned_agent_user_id)
  );

alter table attempt add column interpreter_user_id uuid references agent (user_id);
comment on column attempt.interpreter_user_id is 'the third on the line; null: there was none';
alter table attempt add column interpreter_left_at timestamptz;
alter table attempt add constraint attempt_interpreter_left_who_was_there check (interpreter_left_at is null or interpreter_user_id is not null);
comment on column attempt.interpreter_left_at is 'from then on the interpreter was free for others; null: this call has them';
