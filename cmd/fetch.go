package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// The limits on metadata that is fetched.
const (
	fetchTimeout = 15 * time.Second
	fetchSize    = 32 << 20 // bytes; federations publish large aggregates
)

// fetch gets a document over HTTPS. Redirects must stay on HTTPS.
func fetch(ctx context.Context, address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if err := onlyHTTPS(u); err != nil {
		return nil, err
	}
	client := http.Client{
		Timeout: fetchTimeout,
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) >= 5 {
				return errors.New("more than 5 redirects")
			}
			return onlyHTTPS(r.URL)
		},
	}
	return get(ctx, &client, address)
}

func onlyHTTPS(u *url.URL) error {
	if u.Scheme != "https" {
		return fmt.Errorf("%q is not fetched over %s; metadata decides trust, so only https is used: download it and give the file", u.Redacted(), u.Scheme)
	}
	return nil
}

func get(ctx context.Context, client *http.Client, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/samlmetadata+xml, application/xml, text/xml")
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetching %q: the server answered %s", request.URL.Redacted(), response.Status)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, fetchSize+1))
	if err == nil && len(data) > fetchSize {
		err = fmt.Errorf("fetching %q: the document is larger than %d MiB", request.URL.Redacted(), fetchSize>>20)
	}
	return data, err
}
