import type { Records } from '../records'

/** Functions that WeChat has and this host does not: a program that calls one fails its test by name. */
const names = `addCard addFileToFavorites addPhoneCalendar addPhoneContact addPhoneRepeatCalendar
  addVideoToFavorites arrayBufferToBase64 authorize base64ToArrayBuffer batchGetStorage batchGetStorageSync
  batchSetStorage batchSetStorageSync canvasGetImageData canvasPutImageData canvasToTempFilePath
  checkIsOpenAccessibility chooseAddress chooseContact chooseInvoice chooseLocation chooseVideo
  closeBLEConnection closeBluetoothAdapter closeSocket compressImage compressVideo createAudioContext
  createBLEConnection createCameraContext createCanvasContext createInnerAudioContext
  createInterstitialAd createLivePlayerContext createLivePusherContext createMapContext
  createMediaAudioPlayer createMediaContainer createMediaRecorder createOffscreenCanvas
  createRewardedVideoAd createTCPSocket createUDPSocket createVideoContext createVideoDecoder
  createWebAudioContext createWorker cropImage disableAlertBeforeUnload editImage
  enableAlertBeforeUnload exitMiniProgram faceDetect getAvailableAudioSources getBLEDeviceServices
  getBackgroundAudioManager getBackgroundFetchData getBatteryInfo getBatteryInfoSync
  getBluetoothAdapterState getChannelsLiveInfo getConnectedWifi getExptInfoSync getExtConfig
  getExtConfigSync getFileInfo getFileSystemManager getFuzzyLocation getGroupEnterInfo getLocalIPAddress
  getLocation getLogManager getPerformance getPrivacySetting getRandomValues getRealtimeLogManager
  getRecorderManager getRendererUserAgent getSavedFileInfo getSavedFileList getScreenBrightness
  getScreenRecordingState getSelectedTextRange getShareInfo getSkylineInfo getSkylineInfoSync
  getUserCryptoManager getUserInfo getUserProfile getVideoInfo getWeRunData hideShareMenu initFaceDetect
  navigateBackMiniProgram navigateToMiniProgram onAccelerometerChange onBLEConnectionStateChange
  onBackgroundAudioPlay onBackgroundFetchData onBluetoothDeviceFound onCompassChange
  onDeviceMotionChange onGyroscopeChange onLazyLoadError onLocationChange onNeedPrivacyAuthorization
  onSocketClose onSocketError onSocketMessage onSocketOpen onVoIPChatInterrupted onWifiConnected
  openAppAuthorizeSetting openBluetoothAdapter openCard openChannelsActivity openChannelsLive
  openChatTool openCustomerServiceChat openDocumentFile openEmbeddedMiniProgram openLocation
  openPrivacyContract openSystemBluetoothSetting openVideoEditor pauseBackgroundAudio pauseVoice
  playBackgroundAudio playVoice postMessageToReferrerMiniProgram preDownloadSubpackage removeSavedFile
  reportAnalytics reportMonitor reportPerformance requestPayment requirePrivacyAuthorize restartMiniProgram
  saveFile saveFileToDisk saveVideoToPhotosAlbum scanCode seekBackgroundAudio sendSocketMessage
  setEnableDebug setInnerAudioOption setScreenBrightness setTopBarText setVisualEffectOnCapture
  setWifiList setWindowSize shareAppMessageToGroup shareFileMessage shareImageMessage
  shareVideoMessage showRedPackage showShareImageMenu startAccelerometer startBeaconDiscovery
  startBluetoothDevicesDiscovery startCompass startFacialRecognitionVerify startGyroscope
  startLocationUpdate startRecord startSoterAuthentication startWifi stopBackgroundAudio
  stopLocationUpdate stopRecord stopVoice stopWifi translateVoice updateShareMenu updateVoIPChatMuteSetting
  updateWeChatApp writeBLECharacteristicValue`.split(/\s+/)

/**
 * Stand-ins for WeChat's other functions. They exist, so that a program which asks whether they do takes the branch
 * that it takes in WeChat; calling one is recorded as an error and throws.
 */
export function createAbsent(
  records: Records,
  present: Record<string, unknown>,
): Record<string, () => never> {
  const absent = names.filter((name) => !(name in present))
  return Object.fromEntries(
    absent.map((name) => [
      name,
      (): never => {
        const message = `wx.${name} is not emulated by the test host`
        records.errors.push(message)
        throw new Error(message)
      },
    ]),
  )
}
