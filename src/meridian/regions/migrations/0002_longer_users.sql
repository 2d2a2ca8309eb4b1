-- Apps have ids of users of up to 256 characters.
ALTER TABLE home_assignment
    DROP CONSTRAINT home_assignment_user_id_check,
    ADD CONSTRAINT home_assignment_user_id_check CHECK (char_length(user_id) BETWEEN 1 AND 256);
ALTER TABLE region_override
    DROP CONSTRAINT region_override_user_id_check,
    ADD CONSTRAINT region_override_user_id_check CHECK (char_length(user_id) BETWEEN 1 AND 256);
