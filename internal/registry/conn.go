package registry

import (
	"net"
	"sync/atomic"
)

// hookConn lets tests stop the process right before and right after the frame of an irreversible act is written.
// It lies under TLS, so that "after" means: handed to the kernel.
type hookConn struct {
	net.Conn
	crash func(at string)
	armed atomic.Bool
}

func (c *hookConn) Write(b []byte) (int, error) {
	if c.crash == nil || !c.armed.CompareAndSwap(true, false) {
		return c.Conn.Write(b)
	}
	c.crash("before-send")
	n, err := c.Conn.Write(b)
	c.crash("after-send")
	return n, err
}
