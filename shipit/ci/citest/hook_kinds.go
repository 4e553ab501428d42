package citest

// hooks is what we know of those servers; the sources stand in the samples.
func hooks() map[Kind]dialect {
	kinds := map[Kind]dialect{}
	for _, some := range []map[Kind]hook{builders(), deployers()} {
		for kind, h := range some {
			kinds[kind] = h
		}
	}
	return kinds
}

// builders are servers that run what a repository says.
func builders() map[Kind]hook {
	return map[Kind]hook{
		"buildkite": {
			start: "POST /v2/organizations/acme/pipelines/([^/]+)/builds", code: 201,
			look:   "GET /v2/organizations/acme/pipelines/[^/]+/builds/([0-9]+)",
			find:   "GET /v2/organizations/acme/pipelines/([^/]+)/builds",
			cancel: "PUT /v2/organizations/acme/pipelines/[^/]+/builds/([0-9]+)/cancel",
			check:  "GET /v2/organizations/acme/pipelines/([^/]+)",
			told:   `{"id":"u{n}","number":{n},"state":"scheduled","web_url":"{url}/acme/{job}/builds/{n}"}`,
			build:  `{"id":"u{n}","number":{n},"state":"{state}","message":"{text}","web_url":"{url}/acme/{job}/builds/{n}"}`,
			list:   `[{builds}]`,
			states: [5]string{"scheduled", "running", "passed", "failed", "canceled"},
		},
		"circleci": {
			start: "POST /api/v2/project/([^/]+)/pipeline", code: 201,
			look:  "GET /api/v2/pipeline/(id-[0-9]+)/workflow",
			check: "GET /api/v2/project/([^/]+)",
			told:  `{"id":"id-{n}","state":"pending","number":{n}}`,
			// The first workflow is always well; a pipeline of which none has begun
			// has none.
			build:  `{"items":[{"status":"success"},{"status":"{state}"}]}`,
			states: [5]string{"running", "running", "success", "failed", "canceled"},
		},
		"woodpecker": {
			start: "POST /api/repos/([^/]+)/pipelines", code: 200,
			look:   "GET /api/repos/[^/]+/pipelines/([0-9]+)",
			find:   "GET /api/repos/([^/]+)/pipelines",
			cancel: "POST /api/repos/[^/]+/pipelines/([0-9]+)/cancel",
			check:  "GET /api/repos/([^/]+)",
			told:   `{"id":1{n},"number":{n},"status":"pending"}`,
			build:  `{"id":1{n},"number":{n},"status":"{state}","variables":{"SHIP_IT_LAUNCH":"{text}"}}`,
			list:   `[{builds}]`,
			states: [5]string{"pending", "running", "success", "failure", "killed"},
		},
		"gitea": {
			start: "POST /api/v1/repos/acme/([^/]+)/actions/workflows/deploy.yml/dispatches", code: 204,
			look:   "GET /api/v1/repos/acme/[^/]+/actions/runs/([0-9]+)",
			find:   "GET /api/v1/repos/acme/([^/]+)/actions/runs",
			check:  "GET /api/v1/repos/acme/([^/]+)/actions/workflows/deploy.yml",
			build:  `{"id":{n},"display_title":"{text}","status":"{state}","conclusion":{result},"html_url":"{url}/acme/{job}/actions/runs/{n}"}`,
			list:   `{"total_count":1,"workflow_runs":[{builds}]}`,
			states: [5]string{"queued", "in_progress", "completed|success", "completed|failure", "completed|cancelled"},
		},
		"forgejo": {
			start: "POST /api/v1/repos/acme/([^/]+)/actions/workflows/deploy.yml/dispatches", code: 201,
			look:   "GET /api/v1/repos/acme/[^/]+/actions/runs/([0-9]+)",
			check:  "GET /api/v1/repos/acme/([^/]+)",
			told:   `{"id":{n},"run_number":{n},"jobs":["deploy"]}`,
			build:  `{"id":{n},"status":"{state}","html_url":"{url}/acme/{job}/actions/runs/{n}"}`,
			states: [5]string{"waiting", "running", "success", "failure", "cancelled"},
		},
	}
}

// deployers are servers that run what was set up on them.
func deployers() map[Kind]hook {
	return map[Kind]hook{
		"azure": {
			start: "POST /acme/client/_apis/pipelines/([^/]+)/runs", code: 200,
			look:   "GET /acme/client/_apis/pipelines/[^/]+/runs/([0-9]+)",
			check:  "GET /acme/client/_apis/pipelines/([^/]+)",
			told:   `{"id":{n},"state":"inProgress","_links":{"web":{"href":"{url}/acme/client/_build/results?buildId={n}"}}}`,
			build:  `{"id":{n},"state":"{state}","result":{result},"_links":{"web":{"href":"{url}/acme/client/_build/results?buildId={n}"}}}`,
			states: [5]string{"inProgress", "inProgress", "completed|succeeded", "completed|failed", "completed|canceled"},
		},
		"argocd": {
			start: "POST /api/v1/applications/([^/]+)/sync", code: 200,
			look:   "GET /api/v1/applications/([^/]+)",
			cancel: "DELETE /api/v1/applications/([^/]+)/operation",
			told:   `{"metadata":{"name":"{job}"},"status":{"operationState":{"phase":"Succeeded"}}}`,
			build:  `{"metadata":{"name":"{job}"},"status":{"operationState":{"phase":"{state}","operation":{"info":[{"name":"ship-it","value":"{text}"}]}}}}`,
			check:  "GET /api/v1/applications/([^/]+)",
			states: [5]string{"Running", "Running", "Succeeded", "Failed", "Failed"},
		},
		"octopus": {
			start: "POST /api/([^/]+)/deployments", code: 201,
			look:   "GET /api/[^/]+/tasks/(ServerTasks-[0-9]+)",
			find:   "GET /api/([^/]+)/deployments",
			cancel: "POST /api/[^/]+/tasks/(ServerTasks-[0-9]+)/cancel",
			check:  "GET /api/([^/]+)/releases/[^/]+",
			told:   `{"Id":"Deployments-{n}","TaskId":"ServerTasks-{n}"}`,
			build:  `{"Id":"Deployments-{n}","TaskId":"ServerTasks-{n}","Comments":"{text}","State":"{state}"}`,
			list:   `{"Items":[{builds}]}`,
			states: [5]string{"Queued", "Executing", "Success", "Failed", "Canceled"},
		},
		"buildbot": {
			start: "POST /api/v2/forceschedulers/([^/]+)", code: 200,
			look:  `GET /api/v2/buildrequests\?buildsetid=([0-9]+)`,
			check: "GET /api/v2/forceschedulers/([^/]+)",
			told:  `{"jsonrpc":"2.0","id":1,"result":[{n},{"1":1{n},"2":2{n}}]}`,
			// The first builder of the two has always passed.
			build:  `{"buildrequests":[{"buildrequestid":1{n},"buildsetid":{n},"results":0},{"buildrequestid":2{n},"buildsetid":{n},"results":{state}}],"meta":{}}`,
			gone:   `{"buildrequests":[],"meta":{}}`,
			states: [5]string{"-1", "-1", "0", "2", "6"},
		},
	}
}
