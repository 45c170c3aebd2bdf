-- A ledger as hotspot 0.1.0 wrote it (`sqlite3 visits.db .dump`): made-up doors.
BEGIN TRANSACTION;
CREATE TABLE visits_asked (
	visit_id VARCHAR(100) NOT NULL, 
	attempt INTEGER NOT NULL, 
	task VARCHAR(40) NOT NULL, 
	ring INTEGER NOT NULL, 
	uprn VARCHAR(100), 
	uprns TEXT, 
	address TEXT, 
	area TEXT, 
	reason TEXT, 
	door_note TEXT, 
	tier TEXT, 
	crime_refs TEXT, 
	distance_m FLOAT, 
	newest DATETIME, 
	act_by DATETIME, 
	act_within_hours FLOAT, 
	expires DATETIME, 
	first_as_of DATETIME NOT NULL, 
	last_as_of DATETIME NOT NULL, 
	last_parameters VARCHAR(16) NOT NULL, 
	PRIMARY KEY (visit_id, attempt), 
	FOREIGN KEY(last_as_of, last_parameters) REFERENCES visits_lists (as_of, parameters_digest)
);
INSERT INTO "visits_asked" VALUES('V-AAAAAAAAAA',1,'visit',0,'0V-AAAAAAAAAA','0V-AAAAAAAAAA; 0V-AAAAAAAAAB','12 O''Neill Straße; Flat 1','Harbour','Burgled: reported Sunday 1 March.','Flats: ask at the office.','gold','B1; B2',12.5,'2026-03-01 06:00:00.000000','2026-03-03 06:00:00.000000',24.0,'2026-03-15 00:00:00.000000','2026-03-02 07:00:00.000000','2026-03-02 07:00:00.000000','dfb2d886a86ec3b0');
INSERT INTO "visits_asked" VALUES('V-BBBBBBBBBB',1,'visit',1,'0V-BBBBBBBBBB','0V-BBBBBBBBBB','V-BBBBBBBBBB Mill Lane','Harbour','Burgled: reported Sunday 1 March.','Flats: ask at the office.','gold','B1; B2',12.5,'2026-03-01 06:00:00.000000','2026-03-04 06:00:00.000000',48.0,'2026-03-15 00:00:00.000000','2026-03-02 07:00:00.000000','2026-03-02 07:00:00.000000','dfb2d886a86ec3b0');
INSERT INTO "visits_asked" VALUES('V-CCCCCCCCCC',1,'visit',1,'0V-CCCCCCCCCC','0V-CCCCCCCCCC','V-CCCCCCCCCC Mill Lane','Harbour',NULL,NULL,NULL,'B3',NULL,'2026-03-01 06:00:00.000000','2026-03-04 06:00:00.000000',48.0,NULL,'2026-03-02 07:00:00.000000','2026-03-09 23:59:59.999999','4e155caa87b570e3');
INSERT INTO "visits_asked" VALUES('V-DDDDDDDDDD',1,'visit',2,NULL,NULL,'V-DDDDDDDDDD Mill Lane','Harbour','Burgled: reported Sunday 1 March.','Flats: ask at the office.','gold','B1; B2',12.5,'2026-03-01 06:00:00.000000',NULL,48.0,'2026-03-15 00:00:00.000000','2026-03-02 07:00:00.000000','2026-03-02 07:00:00.000000','dfb2d886a86ec3b0');
INSERT INTO "visits_asked" VALUES('V-BBBBBBBBBB',2,'second visit',1,'0V-BBBBBBBBBB','0V-BBBBBBBBBB','V-BBBBBBBBBB Mill Lane','Harbour',NULL,NULL,NULL,'B3',NULL,'2026-03-01 06:00:00.000000','2026-03-05 06:00:00.000000',48.0,NULL,'2026-03-09 23:59:59.999999','2026-03-09 23:59:59.999999','4e155caa87b570e3');
INSERT INTO "visits_asked" VALUES('V-EEEEEEEEEE',1,'visit',2,'0V-EEEEEEEEEE','0V-EEEEEEEEEE','V-EEEEEEEEEE Mill Lane','Harbour',NULL,NULL,NULL,'B3',NULL,'2026-03-01 06:00:00.000000','2026-03-11 01:42:00.000000',72.0,NULL,'2026-03-09 23:59:59.999999','2026-03-09 23:59:59.999999','4e155caa87b570e3');
CREATE TABLE visits_burglaries (
	visit_id VARCHAR(100) NOT NULL, 
	crime_ref VARCHAR(200) NOT NULL, 
	place INTEGER NOT NULL, 
	link TEXT, 
	distance_m FLOAT, 
	found DATETIME, 
	recorded DATETIME, 
	as_of DATETIME NOT NULL, 
	PRIMARY KEY (visit_id, crime_ref)
);
INSERT INTO "visits_burglaries" VALUES('V-AAAAAAAAAA','B1',0,'here',0.0,'2026-03-01 06:00:00.000000','2026-03-02 06:00:00.000000','2026-03-02 07:00:00.000000');
INSERT INTO "visits_burglaries" VALUES('V-AAAAAAAAAA','B2',1,'next door',12.5,'2026-02-27 18:00:00.000000',NULL,'2026-03-02 07:00:00.000000');
INSERT INTO "visits_burglaries" VALUES('V-BBBBBBBBBB','B1',0,'opposite',30.0,'2026-03-01 06:00:00.000000','2026-03-02 06:00:00.000000','2026-03-02 07:00:00.000000');
INSERT INTO "visits_burglaries" VALUES('V-BBBBBBBBBB','B2',1,NULL,NULL,NULL,NULL,'2026-03-02 07:00:00.000000');
INSERT INTO "visits_burglaries" VALUES('V-CCCCCCCCCC','B1',0,NULL,12.5,'2026-03-01 06:00:00.000000',NULL,'2026-03-02 07:00:00.000000');
INSERT INTO "visits_burglaries" VALUES('V-CCCCCCCCCC','B2',1,NULL,NULL,NULL,NULL,'2026-03-02 07:00:00.000000');
INSERT INTO "visits_burglaries" VALUES('V-DDDDDDDDDD','B1',0,NULL,12.5,'2026-03-01 06:00:00.000000',NULL,'2026-03-02 07:00:00.000000');
INSERT INTO "visits_burglaries" VALUES('V-DDDDDDDDDD','B2',1,NULL,NULL,NULL,NULL,'2026-03-02 07:00:00.000000');
INSERT INTO "visits_burglaries" VALUES('V-BBBBBBBBBB','B3',0,NULL,NULL,'2026-03-01 06:00:00.000000',NULL,'2026-03-09 23:59:59.999999');
INSERT INTO "visits_burglaries" VALUES('V-CCCCCCCCCC','B3',0,NULL,NULL,'2026-03-01 06:00:00.000000',NULL,'2026-03-09 23:59:59.999999');
INSERT INTO "visits_burglaries" VALUES('V-EEEEEEEEEE','B3',0,NULL,NULL,'2026-03-01 06:00:00.000000',NULL,'2026-03-09 23:59:59.999999');
CREATE TABLE visits_do_not_contact (
	marked VARCHAR(110) NOT NULL, 
	uprn VARCHAR(100), 
	visit_id VARCHAR(100), 
	marked_at DATETIME NOT NULL, 
	PRIMARY KEY (marked)
);
INSERT INTO "visits_do_not_contact" VALUES('uprn:0V-CCCCCCCCCC','0V-CCCCCCCCCC','V-CCCCCCCCCC','2026-11-30 10:01:41.000000');
INSERT INTO "visits_do_not_contact" VALUES('uprn:0V-EEEEEEEEEE','0V-EEEEEEEEEE','V-EEEEEEEEEE','2026-11-30 10:01:41.000000');
INSERT INTO "visits_do_not_contact" VALUES('uprn:0099','0099',NULL,'2026-11-30 10:01:41.000000');
CREATE TABLE visits_lists (
	as_of DATETIME NOT NULL, 
	parameters_digest VARCHAR(16) NOT NULL, 
	parameters TEXT NOT NULL, 
	doors INTEGER NOT NULL, 
	messages INTEGER, 
	version VARCHAR(60) NOT NULL, 
	issued_at DATETIME NOT NULL, 
	PRIMARY KEY (as_of, parameters_digest)
);
INSERT INTO "visits_lists" VALUES('2025-12-01 23:59:59.999999','dfb2d886a86ec3b0','{"distance_m": 400.0, "visit_days": 14, "window_days": 42}',1,NULL,'0.1.0','2026-11-30 10:01:40.000000');
INSERT INTO "visits_lists" VALUES('2026-03-02 07:00:00.000000','dfb2d886a86ec3b0','{"distance_m": 400.0, "visit_days": 14, "window_days": 42}',4,2,'0.1.0','2026-11-30 10:01:41.000000');
INSERT INTO "visits_lists" VALUES('2026-03-09 23:59:59.999999','4e155caa87b570e3','{"act_within_hours": [24, 48, 72], "distance_m": 400.0, "preset": "trafford", "visit_days": 14, "window_days": 42}',3,NULL,'0.1.0','2026-11-30 10:01:41.000000');
CREATE TABLE visits_made (
	visit_id VARCHAR(100) NOT NULL, 
	visited_at DATETIME NOT NULL, 
	result VARCHAR(40) NOT NULL, 
	uprn VARCHAR(100), 
	time_known BOOLEAN NOT NULL, 
	collar_number TEXT, 
	leaflet_left BOOLEAN NOT NULL, 
	camera_or_doorbell TEXT, 
	referral TEXT, 
	do_not_contact BOOLEAN NOT NULL, 
	for_the_officer TEXT, 
	note TEXT, 
	source TEXT, 
	recorded_at DATETIME NOT NULL, 
	PRIMARY KEY (visit_id, visited_at, result)
);
INSERT INTO "visits_made" VALUES('V-AAAAAAAAAA','2026-03-02 18:05:00.000000','face to face',NULL,1,'0123',1,'doorbell','victim support',0,'saw a grey van','O''Neill: dog','Harbour.xlsx','2026-11-30 10:01:41.000000');
INSERT INTO "visits_made" VALUES('V-BBBBBBBBBB','2026-03-03 00:00:00.000000','no reply',NULL,0,NULL,0,NULL,NULL,0,NULL,NULL,'Harbour.xlsx','2026-11-30 10:01:41.000000');
INSERT INTO "visits_made" VALUES('V-CCCCCCCCCC','2026-03-03 11:00:00.000000','refused',NULL,1,NULL,0,NULL,NULL,1,NULL,NULL,'Harbour.xlsx','2026-11-30 10:01:41.000000');
INSERT INTO "visits_made" VALUES('V-ZZZZZZZZZZ','2026-03-03 11:30:00.000000','leaflet','0077',1,NULL,0,NULL,NULL,0,NULL,NULL,'Harbour.xlsx','2026-11-30 10:01:41.000000');
INSERT INTO "visits_made" VALUES('V-BBBBBBBBBB','2026-03-10 17:00:00.000000','face to face',NULL,1,NULL,0,NULL,NULL,0,NULL,NULL,'Harbour 2.xlsx','2026-11-30 10:01:41.000000');
CREATE TABLE visits_meta (
	name VARCHAR(40) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "visits_meta" VALUES('schema_version','1');
INSERT INTO "visits_meta" VALUES('started','2025-12-01T23:59:59.999999');
INSERT INTO "visits_meta" VALUES('purged_before','2026-01-01T00:00:00');
COMMIT;
