-- Residents for report.sql: known ones, as most are.
INSERT INTO resident (id, ref, area_code, large_type, created_at)
  SELECT lpad(n::text, 32, '0'), 'J' || n, '110101001001', false, now() FROM generate_series(1, 2000) n;
INSERT INTO identity (id, account, platform, sender_index, sender, resident_id, key_owner_id, verified, following, last_seq, created_at)
  SELECT lpad(n::text, 32, '0'), 'bench', 'wechat', lpad(n::text, 64, '0'), decode(repeat('ab', 60), 'hex'),
    lpad(n::text, 32, '0'), lpad(n::text, 32, '0'), true, true, 0, now() FROM generate_series(1, 2000) n;
INSERT INTO conversation (identity_id) SELECT lpad(n::text, 32, '0') FROM generate_series(1, 2000) n;
