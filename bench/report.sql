-- What one report writes, as the service writes it: two messages of one resident, each accepted in a transaction of
-- its own and answered in another. Sizes of the sealed values are those of the service. One run = two messages.
\set n random(1, 2000)
\set key random(1, 9000000000000000)
\set shard random(0, 9)

BEGIN;
UPDATE identity SET last_seq = last_seq + 1 WHERE id = lpad(:n::text, 32, '0') RETURNING id, last_seq \gset
INSERT INTO inbox (account, dedupe_key, identity_id, seq, kind, trigger, body, received_at, failed)
  VALUES ('bench', 'a' || :key::text, lpad(:n::text, 32, '0'), :last_seq::integer, 'text', 'message', decode(repeat('ab', 420), 'hex'), now(), false)
  ON CONFLICT (account, dedupe_key) DO NOTHING RETURNING id AS first_id \gset
COMMIT;
BEGIN;
SELECT identity_id FROM conversation WHERE identity_id = lpad(:n::text, 32, '0') FOR UPDATE;
UPDATE conversation SET memory = decode(repeat('ab', 1200), 'hex'), expires_at = now() + interval '24 hours',
  remind_at = now() + interval '30 minutes' WHERE identity_id = lpad(:n::text, 32, '0');
UPDATE inbox SET done_at = now(), reply = decode(repeat('ab', 500), 'hex'), reply_route = 'passive'
  WHERE id = :first_id::integer AND done_at IS NULL RETURNING reply_route \gset
COMMIT;
BEGIN;
UPDATE identity SET last_seq = last_seq + 1 WHERE id = lpad(:n::text, 32, '0') RETURNING id, last_seq \gset
INSERT INTO inbox (account, dedupe_key, identity_id, seq, kind, trigger, body, received_at, failed)
  VALUES ('bench', 'b' || :key::text, lpad(:n::text, 32, '0'), :last_seq::integer, 'text', 'message', decode(repeat('ab', 380), 'hex'), now(), false)
  ON CONFLICT (account, dedupe_key) DO NOTHING RETURNING id AS second_id \gset
COMMIT;
BEGIN;
SELECT identity_id FROM conversation WHERE identity_id = lpad(:n::text, 32, '0') FOR UPDATE;
INSERT INTO issue_counter (day, shard, last) VALUES ('261121', :shard::integer, 1)
  ON CONFLICT (day, shard) DO UPDATE SET last = issue_counter.last + 1 RETURNING last \gset
INSERT INTO issue (id, number, round, state, version, owner_id, resident_id, title, description, summary,
    category_standard, category_kind, category_code, category_name, urgency, address, area_code, source, confidential,
    connector, pushed, unit, occurred_at, created_at, deadline_at, round_started_at)
  VALUES (md5('b' || :key::text), 'R261121' || :last::text || :shard::text, 1, 'submitted', 1, lpad(:n::text, 32, '0'),
    lpad(:n::text, 32, '0'), '公共照明设施损坏：楼道灯坏了三天了，晚上很黑', decode(repeat('ab', 110), 'hex'), '楼道灯坏了三天了，晚上很黑',
    'GB/T 30428.2', 'component', '0108', '路灯', 1, decode(repeat('ab', 50), 'hex'), '110101001001', 'wechat', false,
    'desk', false, '', now(), now(), now() + interval '7 days', now());
INSERT INTO issue_event (issue_id, seq, round, at, by_kind, by_id, action, to_state)
  VALUES (md5('b' || :key::text), 1, 1, now(), 'resident', lpad(:n::text, 32, '0'), 'submit', 'submitted');
INSERT INTO outbox (key, kind, order_key, payload, state, urgent, attempts, next_at, created_at)
  VALUES ('staff-issue.submitted-' || :key::text, 'staff.notice', 'staff-110101001001', decode(repeat('ab', 420), 'hex'),
    'pending', false, 0, now(), now()) ON CONFLICT (key) DO NOTHING;
UPDATE conversation SET memory = decode(repeat('ab', 500), 'hex'), expires_at = now() + interval '24 hours',
  remind_at = NULL WHERE identity_id = lpad(:n::text, 32, '0');
UPDATE inbox SET done_at = now(), reply = decode(repeat('ab', 420), 'hex'), reply_route = 'passive'
  WHERE id = :second_id::integer AND done_at IS NULL RETURNING reply_route \gset
COMMIT;
