// The npm package onvif: connect, identity, profiles, URIs. Arguments: host port user password.
const { Cam } = require('onvif');

const [hostname, port, username, password] = process.argv.slice(2);
const fail = (error) => { console.error(error); process.exit(1); };
const camera = new Cam({ hostname, port: Number(port), username, password }, (error) => {
  if (error) return fail(error);
  camera.getDeviceInformation((error, device) => {
    if (error) return fail(error);
    camera.getStreamUri({ protocol: 'RTSP' }, (error, stream) => {
      if (error) return fail(error);
      const profiles = camera.profiles.map((profile) => profile.$.token);
      console.log(JSON.stringify({ model: device.model, profiles, stream: stream.uri }));
      process.exit(0);
    });
  });
});
