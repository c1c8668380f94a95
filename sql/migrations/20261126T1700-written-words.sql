-- Why: an imported language could be offered to callers while nobody had written its texts, STOP was an ordinary text in it, and auditors
-- had nothing to read to a worker.

alter table imported_language
  add column texts jsonb,
  add column stop_words text[],
  add column start_words text[],
  add column consent_text text check (length(consent_text) between 1 and 600),
  add check ((texts is null) = (stop_words is null) and (texts is null) = (start_words is null) and (texts is null) = (consent_text is null));
comment on column imported_language.texts is 'by name, the sentences that go out as texts; null: its file had none of the written words, and the language waits for them';
comment on column imported_language.stop_words is 'what its speakers write to be left in peace';
comment on column imported_language.consent_text is 'what is read to a worker before their number is taken';
