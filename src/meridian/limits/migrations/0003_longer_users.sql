-- Apps have ids of users of up to 256 characters.
ALTER TABLE limit_override
    DROP CONSTRAINT limit_override_subject_check,
    ADD CONSTRAINT limit_override_subject_check CHECK (char_length(subject) BETWEEN 1 AND 256);
ALTER TABLE limit_reset
    DROP CONSTRAINT limit_reset_subject_check,
    ADD CONSTRAINT limit_reset_subject_check CHECK (char_length(subject) BETWEEN 1 AND 256);
