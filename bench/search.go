package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"
)

// searchGoal is what a list of 4,000 names over three registries may take in the demo.
const searchGoal = 3 * time.Second

// listSuffixes are of three registries, two of each.
var listSuffixes = []string{"com", "net", "cn", "com.cn", "top", "xyz"}

// searchPart measures the demo: a list of 4,000 names, from the call to the last name's answer. A tenth of the names is
// held against them by a list of 100,000.
func searchPart(dir, binary string) error {
	var at struct {
		API      string `json:"api"`
		Accounts []struct {
			Role      string `json:"role"`
			SecretID  string `json:"secret_id"`
			SecretKey string `json:"secret_key"`
		} `json:"accounts"`
	}
	home := filepath.Join(dir, "search")
	stop, _, err := child(filepath.Join(home, "endpoints.json"), &at, binary, "demo", "--data", home, "--port-base", ":0")
	if err != nil {
		return err
	}
	defer stop()
	keys := map[string]string{}
	for _, a := range at.Accounts {
		keys[a.Role] = a.SecretID + ":" + a.SecretKey
	}
	post := func(key, path string, in any, each func(*json.Decoder) error) error {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, at.API+"/api/v1/"+path, bytes.NewReader(raw))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+key)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusOK {
			body, _ := io.ReadAll(io.LimitReader(resp.Body, 500))
			return fmt.Errorf("%s: %s %s", path, resp.Status, body)
		}
		for dec := json.NewDecoder(resp.Body); ; {
			switch err := each(dec); {
			case errors.Is(err, io.EOF):
				return nil
			case err != nil:
				return err
			}
		}
	}
	names := make([]string, batchSize)
	var feed bytes.Buffer
	for i := range names {
		names[i] = fmt.Sprintf("list-%d.%s", i, listSuffixes[i%len(listSuffixes)])
		if i%10 == 0 {
			feed.WriteString(names[i] + "\n")
		}
	}
	for i := range 100_000 - batchSize/10 {
		fmt.Fprintf(&feed, "elsewhere-%d.com\n", i)
	}
	began := time.Now()
	if err := post(keys["operator"], "desk/feeds", map[string]any{"name": "bench", "kind": "blocks", "source": "bench", "format": "plain", "dated": "2026-01-01",
		"content": feed.String()}, func(d *json.Decoder) error { return d.Decode(&struct{}{}) }); err != nil {
		return err
	}
	loaded := time.Since(began)

	table := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "what\tnames\tseconds\tper second\tfirst answer, ms\tgoal\t")
	fmt.Fprintf(table, "a list of names with a past, loaded\t%d\t%.2f\t%.0f\t\t\t\n", 100_000, loaded.Seconds(), 100_000/loaded.Seconds())
	for _, round := range []string{"4,000 names over 3 registries", "the same again"} {
		free, risky, answered, first := 0, 0, 0, time.Duration(0)
		began := time.Now()
		if err := post(keys["owner"], "search", map[string]any{"names": names}, func(d *json.Decoder) error {
			var line struct {
				State string    `json:"state"`
				Risk  *struct{} `json:"risk"`
			}
			if err := d.Decode(&line); err != nil {
				return err
			}
			if answered == 0 {
				first = time.Since(began)
			}
			answered++
			if line.State == "available" {
				free++
			}
			if line.Risk != nil {
				risky++
			}
			return nil
		}); err != nil {
			return err
		}
		took := time.Since(began)
		if answered != batchSize || free != batchSize || risky != batchSize/10 {
			return fmt.Errorf("%d answers, %d free, %d with a past", answered, free, risky)
		}
		goal := "met"
		if took > searchGoal {
			goal = "missed"
		}
		fmt.Fprintf(table, "%s\t%d\t%.2f\t%.0f\t%.0f\t%.0f s: %s\t\n", round, batchSize, took.Seconds(), batchSize/took.Seconds(), float64(first.Microseconds())/1000, searchGoal.Seconds(), goal)
	}
	return table.Flush()
}
