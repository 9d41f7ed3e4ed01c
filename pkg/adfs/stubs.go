package adfs

import "io"

func (in *input) readMetadata()             {}
func (in *input) readRelyingPartyXML()      {}
func (in *input) readJSON()                 {}
func (in *input) readCSV()                  {}
func (in *input) readFormatList()           {}
func (in *input) readZipStream(r io.Reader) {}
func csvDelimiter(l []byte) byte            { return 0 }
