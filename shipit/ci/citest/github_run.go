package citest

import (
	"path"
	"time"
)

// githubRunFields is what GitHub's schema wants of a workflow run, as far as a
// client of ours or of others could look at it.
func githubRunFields(s *Server, b build, title, status, ref string, conclusion any) map[string]any {
	at := b.queued.UTC().Format(time.RFC3339)
	self := s.githubURL(b)
	return map[string]any{
		"id": b.n, "name": "Deploy", "display_title": title, "node_id": "WFR_1", "head_branch": ref, "head_sha": "0",
		"path": ".github/workflows/" + path.Base(b.job), "run_number": b.n, "run_attempt": 1, "event": "workflow_dispatch",
		"status": status, "conclusion": conclusion, "workflow_id": 1, "url": self, "html_url": s.githubPage(b),
		"created_at": at, "updated_at": at, "run_started_at": at, "jobs_url": self + "/jobs", "logs_url": self + "/logs",
		"check_suite_url": self + "/suite", "artifacts_url": self + "/artifacts", "cancel_url": self + "/cancel",
		"pull_requests": []any{}, "rerun_url": self + "/rerun", "workflow_url": s.URL() + "/repos/" + path.Dir(b.job) + "/actions/workflows/1",
	}
}

// githubJobFields is what GitHub's schema wants of a job.
func githubJobFields(s *Server, b build, status string, conclusion any, steps []any) map[string]any {
	at := b.queued.UTC().Format(time.RFC3339)
	self := s.githubURL(b)
	return map[string]any{
		"id": b.n, "node_id": "J_1", "run_id": b.n, "run_url": self, "head_sha": "0", "workflow_name": "Deploy", "head_branch": "main",
		"name": "deploy", "url": self + "/jobs/1", "html_url": s.githubPage(b) + "/job/1", "status": status, "conclusion": conclusion,
		"created_at": at, "started_at": at, "completed_at": nil, "check_run_url": self + "/check", "labels": []any{"ubuntu-latest"},
		"runner_id": 1, "runner_name": "runner", "runner_group_id": 1, "runner_group_name": "group", "steps": steps,
	}
}

// githubFlow is a workflow.
func (s *Server) githubFlow(repo, file string) map[string]any {
	state := "active"
	if s.disabled {
		state = "disabled_manually"
	}
	at := "2026-11-22T17:00:00Z"
	self := s.URL() + "/repos/" + repo + "/actions/workflows/1"
	return map[string]any{
		"id": 1, "node_id": "W_1", "name": "Deploy", "path": ".github/workflows/" + file, "state": state,
		"created_at": at, "updated_at": at, "url": self, "html_url": s.URL() + "/" + repo + "/blob/main/.github/workflows/" + file,
		"badge_url": s.URL() + "/" + repo + "/workflows/Deploy/badge.svg",
	}
}
