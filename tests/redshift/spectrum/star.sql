-- The course's data as a star: facts in the middle, dimensions around them.
-- The facts and the largest dimension are distributed by the student, small dimensions are on every
-- node: no join of the star moves a row.
CREATE SCHEMA star;

CREATE TABLE star.dim_date DISTSTYLE ALL SORTKEY (day) AS
SELECT day, EXTRACT(year FROM day) AS year, EXTRACT(month FROM day) AS month,
       EXTRACT(dayofweek FROM day) AS weekday, DATE_TRUNC('week', day)::date AS week
FROM (SELECT DISTINCT TO_DATE(timestamp, 'YYYY-MM-DD') AS day FROM lmsraw.requests) days;

CREATE TABLE star.dim_course DISTSTYLE ALL SORTKEY (course_id) AS
SELECT c.course_id, c.course_name, c.course_level, d.department_name, s.school_name
FROM sis.course c
JOIN sis.department d ON c.department_id = d.department_id
JOIN sis.school s ON d.school_id = s.school_id;

CREATE TABLE star.dim_student DISTKEY (student_id) SORTKEY (student_id) AS
SELECT student_id::bigint AS student_id, gender, home_state_name, admit_type, enroll_status,
       first_gen_hed_student, high_school_gpa
FROM sis.student;

CREATE TABLE star.fact_request DISTKEY (student_id) SORTKEY (day) AS
SELECT TO_DATE(timestamp, 'YYYY-MM-DD') AS day, user_id AS student_id, course_id,
       timestamp_hour AS hour, interaction_micros
FROM lmsraw.requests;

CREATE TABLE star.fact_submission DISTKEY (student_id) SORTKEY (day) AS
SELECT TO_DATE(s.submitted_at, 'YYYY-MM-DD') AS day, s.user_id AS student_id, a.course_id,
       DATEDIFF(day, TO_DATE(a.due_at, 'YYYY-MM-DD'), TO_DATE(s.submitted_at, 'YYYY-MM-DD'))
           AS days_late
FROM lmsraw.submission_dim s
JOIN lmsraw.assignment_dim a ON s.assignment_id = a.assignment_id;

-- Requests by school, enrolment and weekday.
SELECT c.school_name, s.enroll_status, d.weekday, COUNT(*) AS requests
FROM star.fact_request f
JOIN star.dim_student s ON f.student_id = s.student_id
JOIN star.dim_course c ON f.course_id = c.course_id
JOIN star.dim_date d ON f.day = d.day
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3;

-- The share of late submissions by department.
SELECT c.department_name, s.first_gen_hed_student,
       AVG(CASE WHEN f.days_late > 0 THEN 1.0 ELSE 0 END) AS late
FROM star.fact_submission f
JOIN star.dim_student s ON f.student_id = s.student_id
JOIN star.dim_course c ON f.course_id = c.course_id
GROUP BY 1, 2
ORDER BY 1, 2;
